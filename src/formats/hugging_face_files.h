// Which files of a Hugging Face folder hold the weights.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lectern::formats {

struct WeightFiles {
  std::vector<std::string> names;            // in the folder, sorted
  std::map<std::string, std::string> index;  // tensor to file, from model.safetensors.index.json; else empty
};

/// `named` is the .safetensors file that was asked for, or empty. Throws Error kNotFound, kCorrupt, kUnsupported.
WeightFiles find_weight_files(const std::filesystem::path& folder, const std::filesystem::path& named);

/// False too where it cannot be known; reading it then says why.
bool is_there(const std::filesystem::path& path);

/// Whole, at most 256 MiB; empty where there is no such file. Throws Error kIo, kCorrupt (larger).
std::string read_small_file(const std::filesystem::path& path);

}  // namespace lectern::formats
