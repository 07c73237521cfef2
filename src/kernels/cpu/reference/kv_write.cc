#include "core/half.h"
#include "kernels/cpu/kernels.h"
#include "kernels/kv_cache.h"

namespace lectern::kernels::scalar {
namespace {

void convert(float x, DType type, std::byte* base, std::size_t index) {
  if (type == DType::kF32) {
    reinterpret_cast<float*>(base)[index] = x;
  } else {
    reinterpret_cast<std::uint16_t*>(base)[index] = type == DType::kF16 ? float_to_f16(x) : float_to_bf16(x);
  }
}

}  // namespace

void kv_write(const KvWriteArgs& args, Team& team) {
  const KvCache& cache = *args.cache;
  const auto dim = static_cast<std::size_t>(cache.head_dim);
  team.parallel_for(args.k.rows, [&](std::int64_t t) {
    const std::int64_t block = cache.slots[t] / cache.block_size;
    const int slot = static_cast<int>(cache.slots[t] % cache.block_size);
    std::byte* base = cache.base + static_cast<std::size_t>(block) * cache.block_stride +
                      static_cast<std::size_t>(args.layer) * cache.layer_stride;
    for (int h = 0; h < cache.kv_heads; ++h) {
      const float* k = args.k.row<float>(t) + static_cast<std::size_t>(h) * dim;
      const float* v = args.v.row<float>(t) + static_cast<std::size_t>(h) * dim;
      const std::size_t lane = key_tile_offset(cache, h, slot / 16 * 16) + static_cast<std::size_t>(slot % 16);
      const std::size_t value = value_offset(cache, h, slot);
      for (std::size_t d = 0; d < dim; ++d) {
        convert(k[d], args.type, base, lane + d * 16);
        convert(v[d], args.type, base, value + d);
      }
    }
  });
}

}  // namespace lectern::kernels::scalar
