#include "compiler/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "kernels/activation_row.h"

namespace lectern::compiler {
namespace {

using formats::BufferSpec;
using formats::Rows;

std::size_t bytes_of_row(const BufferSpec& buffer) {
  if (buffer.type == DType::kI8G32) return kernels::quantized_row_bytes(buffer.columns);
  return kernels::align64(row_bytes(buffer.type, buffer.columns));
}

// The lowest offset at which `bytes` fit between the buffers of `placed`.
std::size_t lowest_gap(std::vector<const BufferSpec*> placed, std::size_t bytes) {
  std::sort(placed.begin(), placed.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
  std::size_t offset = 0;
  for (const BufferSpec* other : placed) {
    if (offset + bytes <= other->offset) break;
    offset = std::max(offset, other->offset + other->row_bytes);
  }
  return offset;
}

}  // namespace

std::vector<Lifetime> lifetimes(const Program& program) {
  std::vector<Lifetime> lives;
  for (const BufferUses& uses : uses_of_buffers(program)) {
    std::vector<int> calls = uses.writers;  // none of a norm's room
    calls.insert(calls.end(), uses.readers.begin(), uses.readers.end());
    Lifetime life;
    if (!calls.empty()) {
      const auto [first, last] = std::minmax_element(calls.begin(), calls.end());
      life = {*first, *last};
    }
    lives.push_back(life);
  }
  if (program.result >= 0)
    lives[static_cast<std::size_t>(program.result)].last = static_cast<int>(program.calls.size());
  return lives;
}

Arenas plan_memory(Program& program) {
  const std::vector<Lifetime> lives = lifetimes(program);
  std::vector<std::size_t> order(program.buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (BufferSpec& buffer : program.buffers) buffer.row_bytes = bytes_of_row(buffer);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return program.buffers[a].row_bytes > program.buffers[b].row_bytes;
  });

  Arenas arenas;
  std::vector<std::size_t> placed;
  for (const std::size_t index : order) {
    BufferSpec& buffer = program.buffers[index];
    std::vector<const BufferSpec*> alive;
    for (const std::size_t other : placed) {
      const BufferSpec& candidate = program.buffers[other];
      if (candidate.rows == buffer.rows && lives[other].overlaps(lives[index])) alive.push_back(&candidate);
    }
    buffer.offset = lowest_gap(std::move(alive), buffer.row_bytes);
    placed.push_back(index);
    std::size_t& arena = buffer.rows == Rows::kTokens      ? arenas.tokens
                         : buffer.rows == Rows::kSequences ? arenas.sequences
                                                           : arenas.outputs;
    arena = std::max(arena, buffer.offset + buffer.row_bytes);
  }
  return arenas;
}

}  // namespace lectern::compiler
