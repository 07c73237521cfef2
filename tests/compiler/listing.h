// Programs as text, for tests to compare.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "compiler/program.h"

namespace lectern::compiler {

inline std::string listing(const Program& program, const formats::Operand& operand) {
  if (operand.buffer < 0) return "-";
  const auto& buffer = program.buffers[static_cast<std::size_t>(operand.buffer)];
  const std::string kind = buffer.type == DType::kI8G32 ? "q" : "f";
  const std::string rows = buffer.rows == formats::Rows::kTokens    ? ""
                           : buffer.rows == formats::Rows::kOutputs ? "o"
                                                                    : "s";
  if (program.is_whole(operand)) return fmt::format("{}{}{}", kind, operand.buffer, rows);
  return fmt::format("{}{}{}[{}:{}]", kind, operand.buffer, rows, operand.column, operand.column + operand.columns);
}

/// "f1 = linear(q0, f2; weight, bias)": f and q are F32 and quantized buffers, o and s those of outputs and sequences.
inline std::string listing(const Program& program, const formats::KernelCall& call) {
  std::vector<std::string> inputs, weights;
  for (const auto& input : call.inputs) inputs.push_back(listing(program, input));
  for (int weight : call.weights) {
    if (weight >= 0) weights.push_back(program.weights[static_cast<std::size_t>(weight)].name());
  }
  return fmt::format("{} = {}({}{}{})\n", listing(program, call.output), call.op, fmt::join(inputs, ", "),
                     weights.empty() ? "" : "; ", fmt::join(weights, ", "));
}

inline std::string listing(const Program& program, std::size_t begin = 0, std::size_t end = std::size_t(-1)) {
  std::string text;
  for (std::size_t i = begin; i < std::min(end, program.calls.size()); ++i) text += listing(program, program.calls[i]);
  return text;
}

}  // namespace lectern::compiler
