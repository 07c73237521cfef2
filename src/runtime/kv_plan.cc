#include "runtime/kv_plan.h"

#include <algorithm>
#include <string>

#include "kernels/kv_cache.h"
#include "lectern/error.h"
#include "runtime/memory.h"

namespace lectern::runtime {
namespace {

constexpr std::int64_t kMostContexts = 64;     // of the default budget
constexpr std::int64_t kMostBlocks = 1 << 24;  // of a group: block numbers and their bookkeeping stay small

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Blocks that `tokens` tokens of many sequences take in a group.
std::int64_t blocks_for(const KvPlan::Group& group, std::int64_t tokens, const EngineOptions& options) {
  const std::int64_t all = divide_up(tokens, options.block_size);
  if (group.shape.window == 0) return all;
  const std::int64_t windows = options.max_sequences * (divide_up(group.shape.window, options.block_size) + 1);
  return std::min(all, windows + divide_up(options.step_tokens, options.block_size));
}

// As a double: a damaged file's sizes may pass 64 bits.
double bytes_for(const KvPlan& plan, std::int64_t tokens, const EngineOptions& options) {
  double bytes = 0;
  for (const auto& group : plan.groups) {
    bytes += static_cast<double>(blocks_for(group, tokens, options)) * static_cast<double>(group.block_bytes);
  }
  return bytes;
}

// The most tokens whose blocks fit `budget`, by bisection in whole blocks.
std::int64_t tokens_within(const KvPlan& plan, std::size_t budget, const EngineOptions& options) {
  std::int64_t fits = 0, too_many = kMostBlocks + 1;  // in blocks
  while (too_many - fits > 1) {
    const std::int64_t middle = fits + (too_many - fits) / 2;
    (bytes_for(plan, middle * options.block_size, options) <= static_cast<double>(budget) ? fits : too_many) = middle;
  }
  return fits * options.block_size;
}

}  // namespace

DType kv_dtype(KvType type, Isa target) {
  switch (type) {
    case KvType::kAuto:
      return target >= Isa::kAvx512Bf16 ? DType::kBF16 : DType::kF16;
    case KvType::kF16:
      return DType::kF16;
    case KvType::kBF16:
      return DType::kBF16;
    case KvType::kF32:
      return DType::kF32;
  }
  throw Error(ErrorCode::kInvalidArgument, "Unknown KV type.");
}

KvPlan plan_kv(const formats::EngineHeader& header, Isa target, const EngineOptions& options) {
  KvPlan plan{.type = kv_dtype(options.kv_type, target), .block_size = options.block_size, .groups = {}};
  for (const auto& shape : header.kv_groups) {
    const auto layer_bytes = kernels::kv_layer_bytes(plan.type, shape.kv_heads, shape.head_dim, options.block_size);
    plan.groups.push_back({shape, layer_bytes, layer_bytes * static_cast<std::size_t>(shape.layers), 0});
  }
  if (plan.groups.empty()) return plan;
  const std::size_t budget = options.kv_bytes > 0 ? options.kv_bytes : machine_memory() / 4;
  std::int64_t tokens = tokens_within(plan, budget, options);
  if (options.kv_bytes == 0) tokens = std::min(tokens, kMostContexts * header.config.context_length);
  if (tokens < options.block_size) {
    throw Error(ErrorCode::kOutOfMemory,
                "A KV budget of " + std::to_string(budget) + " bytes does not hold one block of " +
                    std::to_string(options.block_size) + " tokens, which takes " +
                    std::to_string(static_cast<std::uint64_t>(bytes_for(plan, options.block_size, options))) +
                    " bytes. Give it more memory or use smaller blocks.");
  }
  for (auto& group : plan.groups) group.blocks = static_cast<int>(blocks_for(group, tokens, options));
  return plan;
}

}  // namespace lectern::runtime
