// Figures of a benchmark.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lectern::cli {

struct Percentiles {
  double p50 = 0, p90 = 0, p99 = 0;
};

/// By linear interpolation between the two nearest values; zeros for none.
Percentiles percentiles(std::vector<double> values);

/// The time that at least one of `intervals` (begin, end) covers.
double covered(std::vector<std::pair<double, double>> intervals);

/// The process's resident memory in bytes, from /proc/self/status; 0 where that is not to be had.
std::int64_t resident_bytes();

struct BenchResult {
  Percentiles ttft_ms, tpot_ms, latency_ms;
  double output_tok_s = 0, input_tok_s = 0;  // over the wall time of all requests
  std::optional<double> prefill_tok_s;       // input length over the median TTFT; at concurrency 1
  double decode_tok_s = 0;                   // tokens after the first, over the time in which any request decoded
  std::uint64_t model_bytes = 0;
  std::int64_t rss_bytes = 0;
  std::string isa;
  int threads = 0;
};

}  // namespace lectern::cli
