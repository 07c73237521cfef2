// Where models are found.
#pragma once

#include <filesystem>
#include <string>

namespace lectern::cli {

inline constexpr const char* kDefaultModel = "smollm2-135m-instruct-q4_1";
inline constexpr const char* kDefaultEmbeddingModel = "all-minilm-l6-v2";

/// `model` as a path, else by that name or id in the folders of models (hub/model_store.h). Throws Error kNotFound,
/// which says where it looked and how to get it.
std::filesystem::path model_path(const std::string& model);

}  // namespace lectern::cli
