#include <limits>

#include "kernels/kv_cache.h"
#include "row_checks.h"

namespace lectern::kernels::test {
namespace {

constexpr int kHeads = 3, kHeadDim = 48, kBlockSize = 32, kLayers = 2, kBlocks = 5;

struct Cache {
  explicit Cache(DType type)
      : layer_bytes(kv_layer_bytes(type, kHeads, kHeadDim, kBlockSize)), bytes(layer_bytes * kLayers * kBlocks) {
    cache.base = bytes.data();
    cache.layer_stride = layer_bytes;
    cache.block_stride = layer_bytes * kLayers;
    cache.block_size = kBlockSize;
    cache.kv_heads = kHeads;
    cache.head_dim = kHeadDim;
  }
  std::size_t size() const { return layer_bytes * kLayers * kBlocks; }

  std::size_t layer_bytes;
  Bytes bytes;  // 0xa5 everywhere
  KvCache cache;
};

void put(DType type, std::byte* base, std::size_t index, float x) {
  if (type == DType::kF32) {
    std::memcpy(base + 4 * index, &x, 4);
    return;
  }
  const std::uint16_t half = type == DType::kF16 ? float_to_f16(x) : float_to_bf16(x);
  std::memcpy(base + 2 * index, &half, 2);
}

TEST(KvWrite, PutsEveryTokenIntoItsSlotAndNothingElsewhere) {
  const std::vector<std::int64_t> slots = {0, 31, 4 * kBlockSize + 16, 2 * kBlockSize + 5, 2 * kBlockSize + 6, 47};
  const auto tokens = static_cast<std::int64_t>(slots.size());
  const Matrix k = Matrix::random(tokens, kHeads * kHeadDim, 1, 100.0f),
               v = Matrix::random(tokens, kHeads * kHeadDim, 2);
  k.row(0)[0] = 2049.0f;    // a tie of F16, to even
  k.row(0)[1] = 257.0f;     // one of BF16
  v.row(1)[3] = 1e-7f;      // subnormal in F16
  v.row(2)[4] = -70000.0f;  // infinite in F16
  for (const DType type : {DType::kF16, DType::kBF16, DType::kF32}) {
    Cache expected(type);
    for (std::int64_t t = 0; t < tokens; ++t) {
      const auto slot = static_cast<std::size_t>(slots[static_cast<std::size_t>(t)]);
      std::byte* base = expected.bytes.data() + slot / kBlockSize * expected.cache.block_stride + expected.layer_bytes;
      const std::size_t offset = slot % kBlockSize;
      for (std::size_t h = 0; h < kHeads; ++h) {
        for (std::size_t d = 0; d < kHeadDim; ++d) {
          const std::size_t terms = type == DType::kBF16 ? 2 : 1;
          const std::size_t key =
              (h * kBlockSize + offset / 16 * 16) * kHeadDim + d / terms * 16 * terms + offset % 16 * terms + d % terms;
          const std::size_t value =
              ((kHeads + h) * kBlockSize + offset / terms * terms) * kHeadDim + d * terms + offset % terms;
          put(type, base, key, k.row(t)[h * kHeadDim + d]);
          put(type, base, value, v.row(t)[h * kHeadDim + d]);
        }
      }
    }
    for (const Isa isa : machine_isas()) {
      Cache written(type);
      written.cache.slots = slots.data();
      run(cpu_kernels(isa).kv_write, {k.view(), v.view(), &written.cache, 1, type}, 2);
      EXPECT_EQ(std::memcmp(written.bytes.data(), expected.bytes.data(), expected.size()), 0)
          << name(isa) << " " << name(type);
    }
  }
}

}  // namespace
}  // namespace lectern::kernels::test
