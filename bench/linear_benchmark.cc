// The speed of `linear`: G operations a second for a batch of rows, GB of weights a second for one row.
//
//   linear_benchmark --benchmark_filter='avx512/Q4_1/1536x576/rows:512/threads:2'
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/half.h"
#include "core/worker_pool.h"
#include "kernels/activation_row.h"
#include "kernels/registry.h"

namespace lectern::kernels {
namespace {

struct Case {
  Isa isa;
  DType type;
  std::int64_t outputs;
  std::int64_t columns;
  std::int64_t rows;
  int threads;
};

struct Aligned {
  explicit Aligned(std::size_t size) : bytes(static_cast<std::byte*>(std::aligned_alloc(64, align64(size)))) {}
  ~Aligned() { std::free(bytes); }
  Aligned(const Aligned&) = delete;
  std::byte* bytes;
};

// Blocks with small finite scales: F16 bit patterns below 1 everywhere.
std::vector<std::byte> random_rows(const Case& c) {
  std::vector<std::byte> source(static_cast<std::size_t>(c.outputs) * row_bytes(c.type, c.columns));
  std::mt19937 random(1);
  for (auto& byte : source) byte = static_cast<std::byte>(random() & 0x3b);
  return source;
}

void fill_activations(DType type, const View& x) {
  std::mt19937 random(2);
  for (std::int64_t r = 0; r < x.rows; ++r) {
    if (type == DType::kF32) {
      for (std::int64_t i = 0; i < x.columns; ++i) x.row<float>(r)[i] = static_cast<float>(random() % 255) / 127 - 1;
      continue;
    }
    const QuantizedRow row = quantized_row(x.row<std::byte>(r), x.columns);
    for (std::int64_t i = 0; i < x.columns; ++i) row.q[i] = static_cast<std::int8_t>(random() % 255 - 127);
    for (std::int64_t g = 0; g < x.columns / 32; ++g) {
      row.scale[g] = 0.01f;
      row.sum[2 * g] = row.sum[2 * g + 1] = 0;
      for (int i = 0; i < 32; ++i) row.sum[2 * g + i / 16] += row.q[32 * g + i];
      row.scaled_sum[g] = 0.01f * static_cast<float>(row.sum[2 * g] + row.sum[2 * g + 1]);
    }
  }
}

void run(benchmark::State& state, const Case& c) {
  // Few rows wait for the weights: many copies, so that they come from memory as a model's layers do.
  const std::size_t bytes = packed_bytes(c.isa, c.type, c.outputs, c.columns);
  const std::size_t copies = c.rows > 16 ? 1 : (std::size_t{256} << 20) / bytes + 1;
  Aligned weights(bytes * copies);
  const auto source = random_rows(c);
  for (std::size_t i = 0; i < copies; ++i) {
    if (i == 0) {
      pack(c.isa, c.type, c.outputs, c.columns, source.data(), weights.bytes);
    } else {
      std::copy_n(weights.bytes, bytes, weights.bytes + i * bytes);
    }
  }
  const DType activation = activation_type(c.isa, c.type, c.columns);
  const auto columns = static_cast<std::size_t>(c.columns);
  const std::size_t stride = align64(activation == DType::kF32 ? columns * 4 : quantized_row_bytes(c.columns));
  Aligned x(stride * static_cast<std::size_t>(c.rows));
  const View x_view{x.bytes, activation, c.rows, c.columns, stride};
  fill_activations(activation, x_view);
  const std::size_t out_stride = align64(static_cast<std::size_t>(c.outputs) * 4);
  Aligned out(out_stride * static_cast<std::size_t>(c.rows));

  LinearArgs args{};
  args.x = x_view;
  args.w = {c.type, c.outputs, c.columns, weights.bytes};
  args.out = {out.bytes, DType::kF32, c.rows, c.outputs, out_stride};
  WorkerPool pool(c.threads);
  const KernelTable& kernels = cpu_kernels(c.isa);
  std::size_t copy = 0;
  for (auto _ : state) {
    args.w.data = weights.bytes + copy * bytes;
    copy = (copy + 1) % copies;
    pool.run([&](Team& team) { kernels.linear(args, team); });
  }
  const auto times = static_cast<double>(state.iterations());
  const double operations =
      2.0 * static_cast<double>(c.rows) * static_cast<double>(c.outputs) * static_cast<double>(c.columns);
  state.counters["Gop/s"] = benchmark::Counter(times * operations * 1e-9, benchmark::Counter::kIsRate);
  state.counters["GB/s"] = benchmark::Counter(times * static_cast<double>(bytes) * 1e-9, benchmark::Counter::kIsRate);
}

void register_cases() {
  constexpr std::int64_t kShapes[][2] = {{576, 1536}, {1536, 576}, {49152, 576}, {1536, 8960}, {8960, 1536}};
  constexpr DType kTypes[] = {DType::kQ4_0, DType::kQ4_1, DType::kQ8_0, DType::kQ4_K, DType::kQ5_K,
                              DType::kQ6_K, DType::kF32,  DType::kF16,  DType::kBF16};
  for (const Isa isa : {Isa::kAvx512, Isa::kAvx2, Isa::kScalar}) {
    if (!machine_has(isa)) continue;
    for (const DType type : kTypes) {
      for (const auto& shape : kShapes) {
        if (!can_pack(isa, type, shape[1])) continue;
        for (const std::int64_t rows : {1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64, 128, 512}) {
          for (const int threads : {1, 2}) {
            const Case c{isa, type, shape[0], shape[1], rows, threads};
            const std::string title = std::string(name(isa)) + "/" + std::string(name(type)) + "/" +
                                      std::to_string(shape[0]) + "x" + std::to_string(shape[1]) +
                                      "/rows:" + std::to_string(rows) + "/threads:" + std::to_string(threads);
            benchmark::RegisterBenchmark(title.c_str(), [c](benchmark::State& state) { run(state, c); })
                ->UseRealTime()
                ->Unit(benchmark::kMicrosecond);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace lectern::kernels

int main(int argc, char** argv) {
  lectern::kernels::register_cases();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
