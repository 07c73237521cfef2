#include <numeric>

#include "kernels/kv_cache.h"
#include "matrix_cases.h"

namespace lectern::kernels::test {
namespace {

constexpr int kHeadDim = 48, kQueryHeads = 4, kKvHeads = 2, kBlockSize = 16, kLayers = 2, kLayer = 1;
constexpr std::int64_t kBatch = 38, kColumns = 256;

struct Cache {
  explicit Cache(DType type)
      : layer_bytes(kv_layer_bytes(type, kKvHeads, kHeadDim, kBlockSize)), bytes(size()), slots(kBatch) {
    std::iota(slots.rbegin(), slots.rend(), 0);
    cache.base = bytes.data();
    cache.layer_stride = layer_bytes;
    cache.block_stride = layer_bytes * kLayers;
    cache.block_size = kBlockSize;
    cache.kv_heads = kKvHeads;
    cache.head_dim = kHeadDim;
    cache.slots = slots.data();
  }
  std::size_t size() const { return layer_bytes * kLayers * (kBatch / kBlockSize + 1); }
  // For a call whose first row is row `first` of the batch.
  const KvCache* from(std::int64_t first) {
    cache.slots = slots.data() + first;
    return &cache;
  }

  std::size_t layer_bytes;
  Bytes bytes;  // 0xa5 everywhere
  std::vector<std::int64_t> slots;
  KvCache cache;
};

struct Heads {
  int q, k, v;
  int all() const { return q + k + v; }
};

struct Variant {
  DType cache;
  int half;  // of the rotary table; 0: none
  bool interleaved;
};

// By the ops that it is made of. Heads that the matrix lacks are random.
void expect(const ProductInput& input, const Packed& w, const float* bias, const Heads& heads, const Variant& variant,
            const Matrix& table, const Matrix& queries, Cache& cache) {
  const auto& kernels = cpu_kernels(input.isa());
  const Matrix all(DType::kF32, kBatch, heads.all() * kHeadDim);
  run(kernels.linear, {input.normalized(), w.matrix(), bias, {}, all.view()});
  const auto part = [&](int first, int count) {
    View view = all.view();
    view.data += static_cast<std::size_t>(first * kHeadDim) * sizeof(float);
    view.columns = count * kHeadDim;
    return view;
  };
  if (variant.half > 0) {
    run(kernels.rope, {part(0, heads.q + heads.k), table.view(), heads.q + heads.k, kHeadDim, variant.interleaved});
  }
  for (std::int64_t t = 0; t < kBatch; ++t) std::copy_n(all.row(t), heads.q * kHeadDim, queries.row(t));
  run(kernels.kv_write,
      {part(heads.q, heads.k), part(heads.q + heads.k, heads.v), cache.from(0), kLayer, variant.cache});
}

class QkvLinear : public testing::TestWithParam<DType> {};

TEST_P(QkvLinear, IsLinearThenRopeThenKvWriteBitForBit) {
  constexpr Heads kAll{kQueryHeads, kKvHeads, kKvHeads};
  const auto bias = Matrix::random(1, kAll.all() * kHeadDim, 4);
  for (const Isa isa : machine_isas()) {
    const auto source = random_weights(GetParam(), kAll.all() * kHeadDim, kColumns, 3);
    const Packed w(isa, GetParam(), kAll.all() * kHeadDim, kColumns, source);
    const ProductInput input(isa, GetParam(), kBatch, kColumns);
    for (const Variant& variant :
         {Variant{DType::kF16, 24, false}, Variant{DType::kBF16, 16, true}, Variant{DType::kF32, 0, false}}) {
      const Matrix table = Matrix::random(kBatch, std::max(2, 2 * variant.half), 5);
      const Matrix queries(DType::kF32, kBatch, kAll.q * kHeadDim);
      Cache want(variant.cache);
      expect(input, w, bias.row(0), kAll, variant, table, queries, want);
      for (const auto& [rows_a_call, workers] : kCuts) {
        SCOPED_TRACE(std::string(name(isa)) + ", rows " + std::to_string(rows_a_call));
        Cache cache(variant.cache);
        const Matrix q(DType::kF32, kBatch, kAll.q * kHeadDim, 64);
        for (std::int64_t first = 0; first < kBatch; first += rows_a_call) {
          const std::int64_t rows = std::min(rows_a_call, kBatch - first);
          run(cpu_kernels(isa).qkv_linear,
              {input.x(first, rows), w.matrix(), bias.row(0), input.norm(rows), kAll.q, kAll.k, kAll.v,
               variant.half > 0 ? table.rows(first, rows) : View{}, variant.interleaved, cache.from(first), kLayer,
               variant.cache, q.rows(first, rows)},
              workers);
        }
        expect_same_bits(queries.view(), q.view());
        EXPECT_EQ(std::memcmp(cache.bytes.data(), want.bytes.data(), want.size()), 0);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, QkvLinear, testing::Values(DType::kF32, DType::kF16, DType::kQ8_0, DType::kQ4_K),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(QkvLinearParts, QueriesWithKeysAndValuesAloneGiveWhatAllTogetherGive) {
  constexpr DType kType = DType::kQ4_1;
  constexpr Heads kAll{kQueryHeads, kKvHeads, kKvHeads};
  for (const Isa isa : machine_isas()) {
    const auto source = random_weights(kType, kAll.all() * kHeadDim, kColumns, 3);
    const std::size_t row = row_bytes(kType, kColumns);
    const std::int64_t rows[] = {(kAll.q + kAll.k) * kHeadDim, kAll.v * kHeadDim};
    const Packed w(isa, kType, rows[0] + rows[1], kColumns, source);
    const Packed first(isa, kType, rows[0], kColumns, std::span(source).first(static_cast<std::size_t>(rows[0]) * row));
    const Packed second(isa, kType, rows[1], kColumns,
                        std::span(source).subspan(static_cast<std::size_t>(rows[0]) * row));
    const ProductInput input(isa, kType, kBatch, kColumns);
    const Matrix table = Matrix::random(kBatch, kHeadDim, 5);
    const auto project = [&](const Packed& matrix, const Heads& heads, Cache& cache, View q) {
      run(cpu_kernels(isa).qkv_linear,
          {input.normalized(),
           matrix.matrix(),
           nullptr,
           {},
           heads.q,
           heads.k,
           heads.v,
           table.view(),
           false,
           cache.from(0),
           kLayer,
           DType::kF16,
           q},
          2);
    };
    Cache together(DType::kF16), apart(DType::kF16);
    const Matrix q(DType::kF32, kBatch, kAll.q * kHeadDim), same(DType::kF32, kBatch, kAll.q * kHeadDim);
    project(w, kAll, together, q.view());
    project(first, {kAll.q, kAll.k, 0}, apart, same.view());
    project(second, {0, 0, kAll.v}, apart, {});
    expect_same_bits(q.view(), same.view());
    EXPECT_EQ(std::memcmp(together.bytes.data(), apart.bytes.data(), together.size()), 0) << name(isa);
  }
}

}  // namespace
}  // namespace lectern::kernels::test
