#include "formats/hugging_face_files.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/paths.h"
#include "formats/json_text.h"
#include "formats/quoted_text.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

std::vector<std::string> all_safetensors(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (entry->path().extension() == ".safetensors") names.push_back(entry->path().filename().native());
  }
  if (failed) throw Error(ErrorCode::kIo, quoted(folder) + " cannot be listed: " + failed.message() + ".");
  std::sort(names.begin(), names.end());
  return names;
}

// A shard's name must not lead out of the folder.
bool is_plain_name(const std::string& name) {
  return name.ends_with(".safetensors") && name.size() <= 255 && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

WeightFiles read_index(const fs::path& folder) {
  const std::string file = quoted(folder / kIndex);
  const json root = parse_json(read_small_file(folder / kIndex), file);
  const auto map = root.is_object() ? root.find("weight_map") : root.end();
  if (map == root.end() || !map->is_object() || map->empty()) {
    throw Error(ErrorCode::kCorrupt, file + " has no weight_map. Download it again.");
  }
  WeightFiles files;
  std::set<std::string> names;
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string() || !is_plain_name(shard.get_ref<const std::string&>())) {
      throw Error(ErrorCode::kCorrupt, file + ": the file of tensor " + quoted_text(tensor) +
                                           " is not the name of a .safetensors file in that folder.");
    }
    names.insert(shard.get<std::string>());
    files.index.emplace(tensor, shard.get<std::string>());
  }
  for (const std::string& name : names) {
    if (is_there(folder / name)) continue;
    throw Error(ErrorCode::kNotFound, quoted(folder / name) + " is missing, though " + quoted_text(kIndex) +
                                          " names it. Download the whole folder.");
  }
  files.names.assign(names.begin(), names.end());
  return files;
}

[[noreturn]] void refuse_folder(const fs::path& folder) {
  for (const char* other : {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack"}) {
    if (!is_there(folder / other)) continue;
    throw Error(ErrorCode::kUnsupported, quoted(folder) + " has its weights in " + other +
                                             " only; Lectern reads *.safetensors. Get the model in that format.");
  }
  throw Error(ErrorCode::kNotFound, quoted(folder) +
                                        " holds no *.safetensors: it is no model's folder. Name a GGUF "
                                        "file, or a folder with config.json and *.safetensors.");
}

}  // namespace

WeightFiles find_weight_files(const fs::path& folder, const fs::path& named) {
  WeightFiles files;
  if (is_there(folder / kSingle)) {
    files.names = {kSingle};
  } else if (is_there(folder / kIndex)) {
    files = read_index(folder);
  } else {
    files.names = all_safetensors(folder);
  }
  const auto& names = files.names;
  if (!named.empty() && std::find(names.begin(), names.end(), named.native()) == names.end()) {
    return {{named.native()}, {}};
  }
  if (names.empty()) refuse_folder(folder);
  return files;
}

bool is_there(const fs::path& path) {
  std::error_code unknown;
  return fs::exists(path, unknown);
}

std::string read_small_file(const fs::path& path) {
  constexpr std::uintmax_t kMost = std::uintmax_t{256} << 20;
  std::error_code failed;
  if (!fs::exists(path, failed)) return {};
  const std::uintmax_t size = fs::is_regular_file(path, failed) ? fs::file_size(path, failed) : kMost + 1;
  if (failed || size > kMost) {
    throw Error(ErrorCode::kCorrupt, quoted(path) + " is not a file of at most 256 MiB.");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    throw Error(ErrorCode::kIo, quoted(path) + " cannot be read. Check its permissions.");
  }
  return text;
}

}  // namespace lectern::formats
