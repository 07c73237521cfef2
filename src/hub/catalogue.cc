#include "hub/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::hub {

extern const char* const kCatalogueJson;

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostBytes = std::int64_t{1} << 42;  // 4 TiB; sums of a few thousand of them stay in 64 bits
constexpr std::int64_t kKvTokens = 4096;
constexpr std::int64_t kBuffers = std::int64_t{64} << 20;

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.find_first_not_of(kLetters) == std::string_view::npos;
}

// Names between slashes: nothing in it leads out of a folder, and it is an address as it stands.
bool is_path(std::string_view text) {
  for (;;) {
    const auto slash = text.find('/');
    if (!is_name(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Fields of one JSON object, each of the right type.
class Fields {
 public:
  Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) refuse("is not an object");
  }

  std::string text(const char* key, bool (*fits)(std::string_view) = nullptr) const {
    const auto value = object_.find(key);
    if (value == object_.end() || !value->is_string()) refuse(fmt::format("has no text \"{}\"", key));
    auto string = value->get<std::string>();
    if (fits != nullptr && !fits(string)) refuse(fmt::format("has a wrong \"{}\"", key));
    return string;
  }
  bool has(const char* key) const { return object_.contains(key); }
  std::int64_t number(const char* key, std::int64_t most) const {
    const auto value = object_.find(key);
    const bool fits =
        value != object_.end() && value->is_number_integer() && *value >= std::int64_t{1} && *value <= most;
    if (!fits) refuse(fmt::format("needs \"{}\", from 1 to {}", key, most));
    return value->get<std::int64_t>();
  }
  const Json& list(const char* key) const {
    const auto value = object_.find(key);
    if (value == object_.end() || !value->is_array() || value->empty() || value->size() > 1000)
      refuse(fmt::format("needs a list \"{}\" of 1 to 1000", key));
    return *value;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::kCorrupt, fmt::format("{} {}.", where_, what));
  }

 private:
  const Json& object_;
  std::string where_;
};

ModelFile parse_file(const Fields& fields) {
  ModelFile file;
  file.name = fields.text("name", is_path);
  file.bytes = fields.number("bytes", kMostBytes);
  if (fields.has("sha256")) file.sha256 = fields.text("sha256", is_sha256);
  return file;
}

ModelKind parse_kind(const Fields& fields) {
  const auto kind = fields.text("kind");
  if (kind == "chat") return ModelKind::kChat;
  if (kind != "embedding") fields.refuse("has another \"kind\" than \"chat\" and \"embedding\"");
  return ModelKind::kEmbedding;
}

CatalogueModel parse_model(const Fields& fields, const std::string& where) {
  constexpr std::int64_t kMostShape = 1 << 20;
  CatalogueModel model;
  model.id = fields.text("id", is_name);
  model.name = fields.text("name");
  model.kind = parse_kind(fields);
  model.licence = fields.text("licence");
  model.repository = fields.text("repository", is_path);
  model.revision = fields.text("revision", is_path);
  model.context_length = static_cast<int>(fields.number("context_length", 1 << 30));
  if (model.kind == ModelKind::kChat) {
    model.layers = static_cast<int>(fields.number("layers", kMostShape));
    model.kv_heads = static_cast<int>(fields.number("kv_heads", kMostShape));
    model.head_dim = static_cast<int>(fields.number("head_dim", kMostShape));
  }
  std::set<std::string> names;
  for (const Json& file : fields.list("files")) {
    model.files.push_back(parse_file(Fields(file, where + ": a file of \"" + model.id + "\"")));
    if (!names.insert(model.files.back().name).second) fields.refuse("has a file twice");
  }
  if (model.is_one_file() && !model.files.front().name.ends_with(".gguf"))
    fields.refuse("has one file that is no .gguf");
  return model;
}

Catalogue read_catalogue() {
  const char* named = std::getenv("LECTERN_CATALOGUE");
  if (named == nullptr || *named == '\0') return Catalogue::parse(kCatalogueJson, "The catalogue");
  std::ifstream in(named, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) {
    throw Error(ErrorCode::kNotFound, "The catalogue " + lectern::quoted(named) +
                                          ", which LECTERN_CATALOGUE names, cannot be read: check the path, or unset "
                                          "the variable.");
  }
  return Catalogue::parse(text, "The catalogue " + lectern::quoted(named));
}

}  // namespace

std::string_view name(ModelKind kind) { return kind == ModelKind::kChat ? "chat" : "embedding"; }

std::int64_t CatalogueModel::bytes() const {
  return std::accumulate(files.begin(), files.end(), std::int64_t{0},
                         [](std::int64_t sum, const ModelFile& file) { return sum + file.bytes; });
}

std::int64_t CatalogueModel::memory_bytes() const {
  constexpr double kBytesOfKeyAndValue = 2 * 2;  // 16 bits each
  const double tokens = std::min<double>(kKvTokens, context_length);
  const double kv = tokens * layers * kv_heads * head_dim * kBytesOfKeyAndValue;
  return bytes() + kBuffers + static_cast<std::int64_t>(std::min(kv, static_cast<double>(kMostBytes)));
}

Catalogue Catalogue::parse(std::string_view json, const std::string& origin) {
  const Json root = Json::parse(json, nullptr, false);
  if (root.is_discarded()) throw Error(ErrorCode::kCorrupt, origin + " is not JSON.");
  Catalogue catalogue;
  for (const Json& entry : Fields(root, origin).list("models")) {
    const std::string where = fmt::format("{}: model {}", origin, catalogue.models_.size() + 1);
    auto model = parse_model(Fields(entry, where), where);
    if (catalogue.find(model.id) != nullptr)
      throw Error(ErrorCode::kCorrupt, fmt::format("{}: there are two models \"{}\".", origin, model.id));
    catalogue.models_.push_back(std::move(model));
  }
  return catalogue;
}

const CatalogueModel* Catalogue::find(std::string_view id) const {
  const auto found = std::find_if(models_.begin(), models_.end(), [&](const auto& model) { return model.id == id; });
  return found == models_.end() ? nullptr : &*found;
}

const Catalogue& catalogue() {
  static const Catalogue kCatalogue = read_catalogue();
  return kCatalogue;
}

}  // namespace lectern::hub
