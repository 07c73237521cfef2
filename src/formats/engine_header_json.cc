#include "formats/engine_header_json.h"

#include <array>
#include <climits>
#include <nlohmann/json.hpp>
#include <optional>

#include "formats/json_text.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kRowNames = {"tokens", "sequences", "outputs"};

json to_json(const Operand& operand) { return json::array({operand.buffer, operand.column, operand.columns}); }

json to_json(const ModelConfig& config) {
  return {{"family", config.family},
          {"name", config.name},
          {"generates", config.generates},
          {"context_length", config.context_length},
          {"vocabulary_size", config.vocabulary_size},
          {"embedding_size", config.embedding_size},
          {"layers", config.layers}};
}

json to_json(const KvGroup& group) {
  return {
      {"layers", group.layers}, {"kv_heads", group.kv_heads}, {"head_dim", group.head_dim}, {"window", group.window}};
}

json to_json(const BufferSpec& buffer) {
  return {{"name", buffer.name},
          {"type", name(buffer.type)},
          {"rows", kRowNames[static_cast<std::size_t>(buffer.rows)]},
          {"columns", buffer.columns},
          {"row_bytes", buffer.row_bytes},
          {"offset", buffer.offset}};
}

json to_json(const WeightSpec& weight) {
  return {{"name", weight.name},       {"type", name(weight.type)},  {"rows", weight.rows},
          {"columns", weight.columns}, {"packed", weight.packed},    {"offset", weight.offset},
          {"bytes", weight.bytes},     {"checksum", weight.checksum}};
}

json to_json(const KernelCall& call) {
  json inputs = json::array();
  for (const Operand& input : call.inputs) inputs.push_back(to_json(input));
  return {{"op", call.op},
          {"inputs", std::move(inputs)},
          {"weights", call.weights},
          {"output", to_json(call.output)},
          {"attributes", call.attributes}};
}

json to_json(const SectionSpec& section) {
  return {{"name", section.name}, {"offset", section.offset}, {"bytes", section.bytes}, {"checksum", section.checksum}};
}

template <typename T>
json list_to_json(const std::vector<T>& items) {
  json list = json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

// Typed access that says where in the header something is wrong.
class Node {
 public:
  Node(const json& value, std::string where, std::string_view what)
      : value_(&value), where_(std::move(where)), what_(what) {}

  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(ErrorCode::kCorrupt, std::string(what_) + ": " + where_ + " " + std::string(why) +
                                         ". The file is damaged: compile the checkpoint again.");
  }

  Node at(const char* key) const {
    if (!value_->is_object()) refuse("is not an object");
    const auto found = value_->find(key);
    const std::string where = where_.empty() ? key : where_ + "." + key;
    if (found == value_->end()) Node(*value_, where, what_).refuse("is missing");
    return {*found, where, what_};
  }

  Node at(std::size_t index) const { return {(*value_)[index], where_ + "[" + std::to_string(index) + "]", what_}; }

  std::size_t list_size(std::size_t most) const {
    if (!value_->is_array()) refuse("is not a list");
    if (value_->size() > most) refuse("has more than " + std::to_string(most) + " entries");
    return value_->size();
  }

  template <typename T>
  T integer(T least, T most) const {
    if (!value_->is_number_integer()) refuse("is not a whole number");
    const bool fits_signed = !value_->is_number_unsigned() || value_->get<std::uint64_t>() <= INT64_MAX;
    if constexpr (std::is_signed_v<T>) {
      if (!fits_signed) refuse("is out of range");
      const auto number = value_->get<std::int64_t>();
      if (number < least || number > most) refuse("is out of range");
      return static_cast<T>(number);
    } else {
      if (!value_->is_number_unsigned()) refuse("is out of range");
      const auto number = value_->get<std::uint64_t>();
      if (number < least || number > most) refuse("is out of range");
      return static_cast<T>(number);
    }
  }

  bool boolean() const {
    if (!value_->is_boolean()) refuse("is not true or false");
    return value_->get<bool>();
  }

  std::string text(std::size_t least, std::size_t most) const {
    if (!value_->is_string()) refuse("is not text");
    const auto& text = value_->get_ref<const std::string&>();
    if (text.size() < least || text.size() > most) refuse("is empty or too long");
    return text;
  }

  DType type() const {
    const auto type = dtype_from_name(text(1, 16));
    if (!type) refuse("is no type that is known");
    return *type;
  }

  template <typename T, typename F>
  std::vector<T> list(std::size_t most, F&& convert) const {
    std::vector<T> items;
    items.reserve(list_size(most));
    for (std::size_t i = 0; i < value_->size(); ++i) items.push_back(convert(at(i)));
    return items;
  }

  std::map<std::string, double> attributes() const {
    if (!value_->is_object() || value_->size() > kMaxAttributes) refuse("is not a small object");
    std::map<std::string, double> attributes;
    for (const auto& [key, value] : value_->items()) {
      const Node node(value, where_ + "." + key, what_);
      if (!value.is_number()) node.refuse("is not a number");
      const auto number = value.get<double>();
      if (!(number >= -INT_MAX && number <= INT_MAX)) node.refuse("is out of range");
      attributes.emplace(key, number);
    }
    return attributes;
  }

 private:
  static constexpr std::size_t kMaxAttributes = 64;

  const json* value_;
  std::string where_;
  std::string_view what_;
};

// Any two of these multiplied, and a row's bytes times 2^20 rows, stay far from 2^63.
constexpr int kMaxCount = 1 << 26;
constexpr std::int64_t kMaxDimension = INT32_MAX;
constexpr std::size_t kMaxRowBytes = std::size_t{1} << 36;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 50;
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxEntries = 1 << 18;  // of buffers, weights and the program; a 1.5B model has 300 of the latter

ModelConfig config_from(const Node& node) {
  ModelConfig config;
  config.family = node.at("family").text(1, kMaxName);
  config.name = node.at("name").text(0, 4096);
  config.generates = node.at("generates").boolean();
  config.context_length = node.at("context_length").integer<int>(1, kMaxCount);
  config.vocabulary_size = node.at("vocabulary_size").integer<int>(1, kMaxCount);
  config.embedding_size = node.at("embedding_size").integer<int>(1, kMaxCount);
  config.layers = node.at("layers").integer<int>(0, 1 << 16);
  return config;
}

KvGroup kv_group_from(const Node& node) {
  KvGroup group;
  group.layers = node.at("layers").integer<int>(1, 1 << 16);
  group.kv_heads = node.at("kv_heads").integer<int>(1, 1 << 16);
  group.head_dim = node.at("head_dim").integer<int>(1, 1 << 16);
  group.window = node.at("window").integer<int>(0, kMaxCount);
  return group;
}

BufferSpec buffer_from(const Node& node) {
  BufferSpec buffer;
  buffer.name = node.at("name").text(1, kMaxName);
  buffer.type = node.at("type").type();
  const std::string rows = node.at("rows").text(1, 16);
  const auto kind = std::find(kRowNames.begin(), kRowNames.end(), rows);
  if (kind == kRowNames.end()) node.at("rows").refuse("is none of tokens, sequences, outputs");
  buffer.rows = static_cast<Rows>(kind - kRowNames.begin());
  buffer.columns = node.at("columns").integer<std::int64_t>(1, kMaxDimension);
  buffer.row_bytes = node.at("row_bytes").integer<std::size_t>(1, kMaxRowBytes);
  buffer.offset = node.at("offset").integer<std::size_t>(0, kMaxRowBytes);
  return buffer;
}

WeightSpec weight_from(const Node& node) {
  WeightSpec weight;
  weight.name = node.at("name").text(1, kMaxName);
  weight.type = node.at("type").type();
  weight.rows = node.at("rows").integer<std::int64_t>(1, kMaxDimension);
  weight.columns = node.at("columns").integer<std::int64_t>(1, kMaxDimension);
  weight.packed = node.at("packed").boolean();
  weight.offset = node.at("offset").integer<std::uint64_t>(0, kMaxFileBytes);
  weight.bytes = node.at("bytes").integer<std::uint64_t>(1, kMaxFileBytes);
  weight.checksum = node.at("checksum").integer<std::uint64_t>(0, UINT64_MAX);
  return weight;
}

Operand operand_from(const Node& node) {
  if (node.list_size(3) != 3) node.refuse("is not [buffer, column, columns]");
  Operand operand;
  operand.buffer = node.at(std::size_t{0}).integer<int>(-1, INT_MAX);
  operand.column = node.at(std::size_t{1}).integer<std::int64_t>(0, kMaxDimension);
  operand.columns = node.at(std::size_t{2}).integer<std::int64_t>(0, kMaxDimension);
  return operand;
}

KernelCall call_from(const Node& node) {
  KernelCall call;
  call.op = node.at("op").text(1, 64);
  call.inputs = node.at("inputs").list<Operand>(64, operand_from);
  call.weights = node.at("weights").list<int>(64, [](const Node& n) { return n.integer<int>(-1, INT_MAX); });
  call.output = operand_from(node.at("output"));
  call.attributes = node.at("attributes").attributes();
  return call;
}

SectionSpec section_from(const Node& node) {
  SectionSpec section;
  section.name = node.at("name").text(1, kMaxName);
  section.offset = node.at("offset").integer<std::uint64_t>(0, kMaxFileBytes);
  section.bytes = node.at("bytes").integer<std::uint64_t>(1, kMaxFileBytes);
  section.checksum = node.at("checksum").integer<std::uint64_t>(0, UINT64_MAX);
  return section;
}

}  // namespace

std::string to_json_text(const EngineHeader& header) {
  const json value = {{"config", to_json(header.config)},
                      {"target", header.target},
                      {"source_hash", header.source_hash},
                      {"precision", header.precision},
                      {"kv_groups", list_to_json(header.kv_groups)},
                      {"token_arena", header.token_arena},
                      {"sequence_arena", header.sequence_arena},
                      {"output_arena", header.output_arena},
                      {"buffers", list_to_json(header.buffers)},
                      {"weights", list_to_json(header.weights)},
                      {"program", list_to_json(header.program)},
                      {"result", header.result},
                      {"sections", list_to_json(header.sections)}};
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

EngineHeader engine_header_from_json(std::string_view text, std::string_view what) {
  const json value = parse_json(text, what);
  const Node root(value, "", what);
  EngineHeader header;
  header.config = config_from(root.at("config"));
  header.target = root.at("target").text(1, 64);
  header.source_hash = root.at("source_hash").text(0, 128);
  header.precision = root.at("precision").text(0, 64);
  header.kv_groups = root.at("kv_groups").list<KvGroup>(1024, kv_group_from);
  header.token_arena = root.at("token_arena").integer<std::size_t>(0, kMaxRowBytes);
  header.sequence_arena = root.at("sequence_arena").integer<std::size_t>(0, kMaxRowBytes);
  header.output_arena = root.at("output_arena").integer<std::size_t>(0, kMaxRowBytes);
  header.buffers = root.at("buffers").list<BufferSpec>(kMaxEntries, buffer_from);
  header.weights = root.at("weights").list<WeightSpec>(kMaxEntries, weight_from);
  header.program = root.at("program").list<KernelCall>(kMaxEntries, call_from);
  header.result = root.at("result").integer<int>(0, INT_MAX);
  header.sections = root.at("sections").list<SectionSpec>(16, section_from);
  return header;
}

}  // namespace lectern::formats
