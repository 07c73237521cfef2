#include "formats/hugging_face_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/paths.h"
#include "formats/hugging_face_files.h"
#include "formats/json_text.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

using nlohmann::json;

bool is_whole(const json& value) {
  return value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
}

template <typename Test>
bool all_are(const json& list, Test&& test) {
  return std::all_of(list.begin(), list.end(), test);
}

std::optional<MetadataValue> list_value(const json& list) {
  if (all_are(list, is_whole)) return list.get<std::vector<std::int64_t>>();
  if (all_are(list, [](const json& v) { return v.is_number(); })) return list.get<std::vector<double>>();
  if (all_are(list, [](const json& v) { return v.is_string(); })) return list.get<std::vector<std::string>>();
  return {};
}

std::optional<MetadataValue> to_value(const json& value) {
  if (is_whole(value)) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) return list_value(value);
  return {};
}

// parse_json has bounded the nesting, and so this recursion.
void flatten(const json& object, const std::string& prefix, Metadata& flat) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      flatten(value, prefix + key + ".", flat);
    } else if (auto converted = to_value(value)) {
      flat.emplace(prefix + key, *std::move(converted));
    }
  }
}

}  // namespace

Metadata read_config(const std::filesystem::path& path) {
  if (!is_there(path)) {
    throw Error(ErrorCode::kNotFound, quoted(path) +
                                          " is missing: a checkpoint's folder holds config.json beside its " +
                                          "*.safetensors. Download the whole folder.");
  }
  const json root = parse_json(read_small_file(path), quoted(path));
  if (!root.is_object()) throw Error(ErrorCode::kCorrupt, quoted(path) + " is not a JSON object. Download it again.");
  Metadata flat;
  flatten(root, "", flat);
  return flat;
}

}  // namespace lectern::formats
