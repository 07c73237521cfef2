#include "compiler/side_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "compiler/tokenizer_parts.h"
#include "core/paths.h"
#include "formats/json_text.h"

namespace lectern::compiler {

using nlohmann::json;

SideFile::SideFile(const formats::Checkpoint& checkpoint, std::string name)
    : checkpoint_(checkpoint), name_(std::move(name)), value_(std::make_shared<json>()) {
  const std::string text = checkpoint.side_file(name_);
  if (text.empty()) return;
  value_ = std::make_shared<json>(formats::parse_json(text, lectern::quoted(checkpoint.path() / name_)));
  if (!value_->is_object()) refuse_here(ErrorCode::kCorrupt, "it is not a JSON object.");
}

SideFile::operator bool() const { return !value_->is_null(); }

void SideFile::refuse_here(ErrorCode code, const std::string& message) const {
  refuse(checkpoint_, code, name_ + ": " + message);
}

const json& SideFile::at(const json& object, std::string_view key) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string SideFile::text(const json& object, std::string_view key) const {
  const json& value = at(object, key);
  if (value.is_null()) return {};
  if (!value.is_string()) refuse_here(ErrorCode::kCorrupt, fmt::format("\"{}\" is not a text.", key));
  return value.get<std::string>();
}

bool SideFile::flag(const json& object, std::string_view key, bool otherwise) const {
  const json& value = at(object, key);
  if (value.is_null()) return otherwise;
  if (!value.is_boolean()) refuse_here(ErrorCode::kCorrupt, fmt::format("\"{}\" is not true or false.", key));
  return value.get<bool>();
}

}  // namespace lectern::compiler
