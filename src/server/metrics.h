// Figures for Prometheus.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lectern/engine.h"
#include "lectern/library_file.h"

namespace lectern::server {

/// Safe to use from any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void count_request(int status);  // any request that was answered
  struct AnswerFigures {
    std::optional<double> queue_ms;  // where it was one request to the model
    double ttft_ms = 0, tpot_ms = 0;
    std::int64_t tokens = 0;
    double seconds = 0;  // from the request to the last token
  };
  void count_answer(const AnswerFigures& answer);

  /// What is so at the moment, beside what was counted.
  struct Now {
    EngineStatistics chat, embedding;
    std::int64_t answers_under_way = 0;
    std::vector<LibrarySummary> libraries = {};
  };
  /// In Prometheus' text format.
  std::string text(const Now& now) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lectern::server
