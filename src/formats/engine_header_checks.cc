#include "formats/engine_header_checks.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/isa.h"
#include "core/paths.h"
#include "formats/quoted_text.h"
#include "formats/tensor_checks.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

constexpr std::uint64_t kAlignment = 64;

constexpr std::size_t aligned(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// As kernels/activation_row.h lays out a kI8G32 row.
std::size_t quantized_row_bytes(std::size_t columns) {
  return aligned(columns) + 2 * aligned(columns / 32 * 4) + aligned(columns / 16 * 4);
}

class Checks {
 public:
  Checks(const EngineHeader& header, std::string_view what) : header_(header), what_(what) {}

  void require(bool holds, const std::string& subject, const std::string& why) const {
    if (holds) return;
    throw Error(ErrorCode::kCorrupt, std::string(what_) + ": " + subject + " " + why +
                                         ". The file is damaged: compile the checkpoint again.");
  }

  void target() const {
    if (isa_from_name(header_.target)) return;
    throw Error(ErrorCode::kVersion, std::string(what_) + " was compiled for " + quoted_text(header_.target) +
                                         ", which this Lectern does not know: compile the checkpoint again.");
  }

  void sections(std::uint64_t begin, std::uint64_t end) const {
    std::vector<SectionSpec> sorted = header_.sections;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
    for (const SectionSpec& section : sorted) {
      const std::string subject = "section " + quoted_text(section.name);
      require(section.offset % kAlignment == 0, subject, "is not aligned");
      require(section.offset >= begin, subject, "lies over another part of the file");
      require(section.offset <= end && section.bytes <= end - section.offset, subject, "reaches past its place");
      begin = section.offset + section.bytes;
      const auto same = [&](const SectionSpec& other) { return other.name == section.name; };
      require(std::count_if(sorted.begin(), sorted.end(), same) == 1, subject, "is there twice");
    }
  }

  void buffers() const {
    for (const BufferSpec& buffer : header_.buffers) {
      const std::string subject = "buffer " + quoted_text(buffer.name);
      const bool quantized = buffer.type == DType::kI8G32;
      require(quantized || block_values(buffer.type) == 1, subject, "has a type that no kernel writes");
      require(!quantized || buffer.columns % 32 == 0, subject, "has columns that are not whole groups of 32");
      const std::size_t needed = quantized ? quantized_row_bytes(static_cast<std::size_t>(buffer.columns))
                                           : row_bytes(buffer.type, buffer.columns);
      require(buffer.row_bytes >= needed, subject, "has rows too short for its columns");
      require(buffer.row_bytes % kAlignment == 0 && buffer.offset % kAlignment == 0, subject, "is not aligned");
      require(buffer.offset + buffer.row_bytes <= arena(buffer.rows), subject, "reaches past its arena");
    }
  }

  void weights() const {
    const auto found = std::find_if(header_.sections.begin(), header_.sections.end(),
                                    [](const SectionSpec& section) { return section.name == "weights"; });
    const std::uint64_t room = found == header_.sections.end() ? 0 : found->bytes;
    for (const WeightSpec& weight : header_.weights) {
      const std::string subject = "weight " + quoted_text(weight.name);
      require(weight.offset % kAlignment == 0, subject, "is not aligned");
      require(weight.offset <= room && weight.bytes <= room - weight.offset, subject,
              "reaches past the weights section");
      require(weight.type != DType::kI8G32, subject, "has a type that is for activations");
      const std::array shape = {weight.rows, weight.columns};
      const auto bytes = tensor_bytes(weight.type, shape);
      require(bytes.has_value(), subject, "is too large, or has rows that are not whole blocks");
      require(weight.packed || weight.bytes == *bytes, subject, "has a size that is not its rows' and columns'");
    }
  }

  void program() const {
    for (std::size_t i = 0; i < header_.program.size(); ++i) {
      const KernelCall& call = header_.program[i];
      const std::string subject = "call " + std::to_string(i) + " (" + quoted_text(call.op) + ")";
      for (const Operand& input : call.inputs) operand(input, subject);
      operand(call.output, subject);
      for (const int weight : call.weights) {
        require(weight >= -1 && weight < static_cast<std::int64_t>(header_.weights.size()), subject,
                "names a weight that is not there");
      }
    }
  }

  void kv_groups() const {
    std::int64_t layers = 0;
    for (const KvGroup& group : header_.kv_groups) {
      require(std::int64_t{group.kv_heads} * group.head_dim <= 1 << 20, "a KV group", "has rows of absurd width");
      layers += group.layers;
    }
    require(layers <= header_.config.layers, "the KV groups", "have more layers than the model");
  }

  void result() const {
    require(header_.result < static_cast<std::int64_t>(header_.buffers.size()), "the result", "is no buffer");
    const BufferSpec& buffer = header_.buffers[static_cast<std::size_t>(header_.result)];
    const bool generates = header_.config.generates;
    require(buffer.type == DType::kF32, "the result", "is not F32");
    require(buffer.rows == (generates ? Rows::kOutputs : Rows::kSequences), "the result", "has rows of the wrong kind");
    require(buffer.columns == (generates ? header_.config.vocabulary_size : header_.config.embedding_size),
            "the result", generates ? "is not as wide as the vocabulary" : "is not as wide as an embedding");
  }

 private:
  std::size_t arena(Rows rows) const {
    if (rows == Rows::kTokens) return header_.token_arena;
    return rows == Rows::kSequences ? header_.sequence_arena : header_.output_arena;
  }

  void operand(const Operand& operand, const std::string& subject) const {
    if (operand.buffer == -1) {
      require(operand.column == 0 && operand.columns == 0, subject, "has columns of no buffer");
      return;
    }
    require(operand.buffer < static_cast<std::int64_t>(header_.buffers.size()), subject,
            "names a buffer that is not there");
    const BufferSpec& buffer = header_.buffers[static_cast<std::size_t>(operand.buffer)];
    require(operand.columns >= 1 && operand.column + operand.columns <= buffer.columns, subject,
            "reaches past the columns of buffer " + quoted_text(buffer.name));
    require(buffer.type != DType::kI8G32 || operand.columns == buffer.columns, subject,
            "takes part of the quantized rows of buffer " + quoted_text(buffer.name));
  }

  const EngineHeader& header_;
  std::string_view what_;
};

}  // namespace

void check_engine_header(const EngineHeader& header, std::uint64_t sections_begin, std::uint64_t sections_end,
                         std::string_view what) {
  const Checks checks(header, what);
  checks.target();
  checks.sections(sections_begin, sections_end);
  checks.buffers();
  checks.weights();
  checks.program();
  checks.kv_groups();
  checks.result();
}

}  // namespace lectern::formats
