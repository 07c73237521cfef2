// Where models are found.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace lectern::cli {

inline constexpr const char* kDefaultModel = "smollm2-135m-instruct-q4_1.gguf";
inline constexpr const char* kDefaultEmbeddingModel = "all-minilm-l6-v2";

/// `model` as a path, else by that name in $LECTERN_MODELS, $XDG_DATA_HOME/lectern/models and ../share/lectern/models
/// beside the executable, the first that has it.
std::optional<std::filesystem::path> try_model_path(const std::string& model);

/// The same; throws Error kNotFound, which says where it looked.
std::filesystem::path model_path(const std::string& model);

}  // namespace lectern::cli
