// Figures of a benchmark.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lectern::cli {

struct Percentiles {
  double p50 = 0, p90 = 0, p99 = 0;
};

/// By linear interpolation between the two nearest values; zeros for none.
Percentiles percentiles(std::vector<double> values);

/// When a request was sent and its tokens came, in seconds.
struct TokenTimes {
  double sent = 0;
  std::vector<double> tokens;
};

/// Tokens a second while no request waits for its first token, so that no step reads a prompt. A token counts as far as
/// the time since the one before it lies there. 0 where there was no such time.
double decode_speed(const std::vector<TokenTimes>& requests);

/// The process's resident memory in bytes, from /proc/self/status; 0 where that is not to be had.
std::int64_t resident_bytes();

struct BenchResult {
  Percentiles ttft_ms, tpot_ms, latency_ms;
  double output_tok_s = 0, input_tok_s = 0;  // over the wall time of all requests
  std::optional<double> prefill_tok_s;       // input length over the median TTFT; at concurrency 1
  double decode_tok_s = 0;                   // of all requests together, while none waits for its first token
  std::uint64_t model_bytes = 0;
  std::int64_t rss_bytes = 0;
  std::string isa;
  int threads = 0;
};

}  // namespace lectern::cli
