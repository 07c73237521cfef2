#include "grammar/schema_text.h"

#include <algorithm>
#include <charconv>

#include "lectern/error.h"

namespace lectern::grammar {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr int kDeepest = 64;

// Of a text that is not trusted yet: brackets outside of strings.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

// With each %XX as the byte that it stands for.
std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16).ptr == &text[i + 1] + 2;
    out += escape ? static_cast<char>(byte) : text[i];
    if (escape) i += 2;
  }
  return out;
}

// The part of `json` that a JSON pointer's step names; null where there is none.
const Schema* step(const Schema& json, std::string name) {
  for (std::size_t at = 0; (at = name.find('~', at)) != std::string::npos; ++at) {
    if (name.compare(at, 2, "~1") == 0)
      name.replace(at, 2, "/");
    else if (name.compare(at, 2, "~0") == 0)
      name.replace(at, 2, "~");
  }
  if (json.is_object()) {
    const auto found = json.find(name);
    return found == json.end() ? nullptr : &*found;
  }
  const bool number = !name.empty() && name.size() < 6 && name.find_first_not_of("0123456789") == std::string::npos;
  if (!json.is_array() || !number || std::stoul(name) >= json.size()) return nullptr;
  return &json[std::stoul(name)];
}

}  // namespace

void refuse(const std::string& where, const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, where + ": " + why);
}

Schema parse_schema(std::string_view text) {
  if (text.size() > kMostBytes) refuse("schema", "it is larger than 64 KiB");
  if (is_too_deep(text)) refuse("schema", "it is nested more than 64 deep");
  Schema schema = Schema::parse(text, nullptr, false);
  if (schema.is_discarded()) refuse("schema", "it is no JSON");
  return schema;
}

const Schema& resolve(const Schema& root, const std::string& reference, const std::string& where,
                      std::size_t* looked_at) {
  if (!reference.starts_with('#')) refuse(where, "$ref reaches outside of the schema: it has to begin with #");
  const Schema* at = &root;
  for (std::size_t begin = 1; begin < reference.size();) {
    if (reference[begin] != '/') refuse(where, "$ref has to be a path such as #/$defs/name");
    const std::size_t end = std::min(reference.find('/', begin + 1), reference.size());
    if (looked_at != nullptr) *looked_at += 1 + at->size();
    at = step(*at, decoded(reference.substr(begin + 1, end - begin - 1)));
    if (at == nullptr) refuse(where, "$ref \"" + reference + "\" names nothing in the schema");
    begin = end;
  }
  return *at;
}

}  // namespace lectern::grammar
