#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/paths.h"
#include "formats/checkpoint.h"
#include "formats/engine_file.h"
#include "lectern/compile.h"

namespace lectern {
namespace {

using formats::EngineHeader;
using formats::Operand;

std::string readable_size(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) value /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

// Text of others on one line, not too long.
std::string readable(const std::string& text) {
  constexpr std::size_t kMost = 100;
  std::string line;
  for (const char c : std::string_view(text).substr(0, kMost))
    line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return to_valid_utf8(line) + (text.size() > kMost ? fmt::format("… ({} bytes)", text.size()) : "");
}

template <typename T>
std::string readable(const std::vector<T>& values) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(values.size(), kMost); ++i) {
    if constexpr (std::is_same_v<T, std::string>)
      shown.push_back(readable(values[i]));
    else
      shown.push_back(fmt::format("{}", values[i]));
  }
  return fmt::format("[{}{}]", fmt::join(shown, ", "),
                     values.size() > kMost ? fmt::format(", … {} in all", values.size()) : "");
}

std::string readable_value(const formats::MetadataValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>)
          return readable(v);
        else if constexpr (std::is_arithmetic_v<T>)
          return fmt::format("{}", v);
        else
          return readable(v);
      },
      value);
}

std::string inspect_checkpoint(const formats::Checkpoint& checkpoint) {
  const bool gguf = checkpoint.format() == formats::CheckpointFormat::kGguf;
  std::string out = fmt::format("{}: a checkpoint ({}) of the family {}\n\nMetadata\n", quoted(checkpoint.path()),
                                gguf ? "GGUF" : "Hugging Face", readable(checkpoint.family()));
  for (const auto& [key, value] : checkpoint.metadata()) {
    out += fmt::format("  {} = {}\n", readable(key), readable_value(value));
  }
  std::uint64_t total = 0;
  out += fmt::format("\n{} tensors\n", checkpoint.tensors().size());
  for (const auto& tensor : checkpoint.tensors()) {
    total += tensor.bytes.size();
    out += fmt::format("  {:<40} {:<5} {:<16} {:>10}\n", readable(tensor.name), name(tensor.type),
                       fmt::format("[{}]", fmt::join(tensor.shape, ", ")), readable_size(tensor.bytes.size()));
  }
  return out + fmt::format("  {} in all\n", readable_size(total));
}

std::string readable(const Operand& operand, const EngineHeader& header) {
  if (operand.buffer < 0) return "-";
  const auto& buffer = header.buffers[static_cast<std::size_t>(operand.buffer)];
  if (operand.column == 0 && operand.columns == buffer.columns) return readable(buffer.name);
  return fmt::format("{}[{}:{}]", readable(buffer.name), operand.column, operand.column + operand.columns);
}

std::string readable(const formats::KernelCall& call, const EngineHeader& header) {
  std::vector<std::string> arguments;
  for (const Operand& input : call.inputs) arguments.push_back(readable(input, header));
  for (const int weight : call.weights) {
    if (weight >= 0) arguments.push_back(readable(header.weights[static_cast<std::size_t>(weight)].name));
  }
  for (const auto& [key, value] : call.attributes) arguments.push_back(fmt::format("{}={:.6g}", readable(key), value));
  return fmt::format("  {} = {}({})\n", readable(call.output, header), readable(call.op), fmt::join(arguments, ", "));
}

std::string inspect_engine(const formats::EngineFile& file) {
  const EngineHeader& h = file.header();
  std::string out =
      fmt::format("{}: an engine for {} ({})\n\n", quoted(file.path()), h.target, readable_size(file.size()));
  out += fmt::format("  family      {}\n  name        {}\n  kind        {}\n", readable(h.config.family),
                     readable(h.config.name), h.config.generates ? "decoder" : "encoder");
  out += fmt::format("  context     {} tokens\n  vocabulary  {}\n  embedding   {}\n  layers      {}\n",
                     h.config.context_length, h.config.vocabulary_size, h.config.embedding_size, h.config.layers);
  out += fmt::format("  precision   {}\n  source      {}\n", readable(h.precision), readable(h.source_hash));
  for (const auto& group : h.kv_groups) {
    out += fmt::format("  KV group    {} layers of {} heads of {}{}\n", group.layers, group.kv_heads, group.head_dim,
                       group.window > 0 ? fmt::format(", a window of {} tokens", group.window) : "");
  }
  out += fmt::format("  buffers     {} B a token, {} B a sequence, {} B an output\n", h.token_arena, h.sequence_arena,
                     h.output_arena);
  for (const auto& section : h.sections) {
    out += fmt::format("  section     {:<14} {:>10}\n", readable(section.name), readable_size(section.bytes));
  }
  out += fmt::format("\n{} weights\n", h.weights.size());
  for (const auto& weight : h.weights) {
    out += fmt::format("  {:<5} {:<16} {:>10}  {}\n", name(weight.type),
                       fmt::format("[{}, {}]", weight.rows, weight.columns), readable_size(weight.bytes),
                       readable(weight.name));
  }
  out += fmt::format("\nProgram of {} calls\n", h.program.size());
  for (const auto& call : h.program) out += readable(call, h);
  return out;
}

}  // namespace

std::string inspect(const std::filesystem::path& model) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(model, ignored) && formats::is_engine_file(model)) {
    return inspect_engine(formats::EngineFile(model));
  }
  return inspect_checkpoint(*formats::open_checkpoint(model));
}

}  // namespace lectern
