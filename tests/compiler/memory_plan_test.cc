#include "compiler/memory_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace lectern::compiler {
namespace {

using formats::Operand;
using formats::Rows;

// Calls that each write a buffer, new or old, from a few written before.
Program random_program(std::mt19937& random) {
  Program program;
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  const std::size_t calls = 2 + below(60);
  for (std::size_t i = 0; i < calls; ++i) {
    std::vector<Operand> inputs;
    for (std::size_t k = below(3); k > 0 && !program.buffers.empty(); --k) {
      inputs.push_back(program.whole(static_cast<int>(below(program.buffers.size()))));
    }
    const bool old = !program.buffers.empty() && below(4) == 0;
    const int buffer =
        old ? static_cast<int>(below(program.buffers.size()))
            : program.add_buffer("b", below(2) == 0 ? DType::kF32 : DType::kI8G32, static_cast<Rows>(below(3)),
                                 32 * static_cast<std::int64_t>(1 + below(40)));
    program.calls.push_back(make_call(kernels::Op::kAdd, inputs, program.whole(buffer)));
  }
  program.result = program.calls.back().output.buffer;
  return program;
}

// Whether a buffer's bytes matter while call `at` runs, told from the calls alone.
bool matters(const Program& program, int buffer, std::size_t at) {
  bool touched_before = false, touched_after = buffer == program.result;
  for (std::size_t i = 0; i < program.calls.size(); ++i) {
    const auto& call = program.calls[i];
    bool touched = call.output.buffer == buffer;
    for (const auto& input : call.inputs) touched |= input.buffer == buffer;
    if (touched && i <= at) touched_before = true;
    if (touched && i >= at) touched_after = true;
  }
  return touched_before && touched_after;
}

TEST(MemoryPlan, LiveBuffersNeverShareBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Program program = random_program(random);
    const Arenas arenas = plan_memory(program);
    for (const auto& buffer : program.buffers) {
      const std::size_t arena = buffer.rows == Rows::kTokens      ? arenas.tokens
                                : buffer.rows == Rows::kSequences ? arenas.sequences
                                                                  : arenas.outputs;
      EXPECT_LE(buffer.offset + buffer.row_bytes, arena);
      EXPECT_EQ(buffer.offset % 64, 0u);
      EXPECT_EQ(buffer.row_bytes % 64, 0u);
    }
    for (std::size_t at = 0; at < program.calls.size(); ++at) {
      for (std::size_t a = 0; a < program.buffers.size(); ++a) {
        for (std::size_t b = a + 1; b < program.buffers.size(); ++b) {
          const auto& x = program.buffers[a];
          const auto& y = program.buffers[b];
          const bool apart =
              x.rows != y.rows || x.offset + x.row_bytes <= y.offset || y.offset + y.row_bytes <= x.offset;
          if (apart) continue;
          ASSERT_FALSE(matters(program, static_cast<int>(a), at) && matters(program, static_cast<int>(b), at))
              << "round " << round << ", call " << at << ", buffers " << a << " and " << b;
        }
      }
    }
  }
}

TEST(MemoryPlan, AChainNeedsTwoBuffersOfRoom) {
  Program program;
  int last = program.add_buffer("first", DType::kF32, Rows::kTokens, 64);
  program.calls.push_back(make_call(kernels::Op::kEmbedding, {}, program.whole(last)));
  for (int i = 0; i < 10; ++i) {
    const int next = program.add_buffer("next", DType::kF32, Rows::kTokens, 64);
    program.calls.push_back(make_call(kernels::Op::kActivation, {program.whole(last)}, program.whole(next)));
    last = next;
  }
  program.result = last;
  EXPECT_EQ(plan_memory(program).tokens, 2u * 256);
}

}  // namespace
}  // namespace lectern::compiler
