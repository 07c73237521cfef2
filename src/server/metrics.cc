#include "server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "core/paths.h"

namespace lectern::server {
namespace {

using prometheus::Histogram;
using Families = std::vector<prometheus::MetricFamily>;

// Seconds, from a token of a small model to a long answer of a large one.
const Histogram::BucketBoundaries kTokenTimes = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};
const Histogram::BucketBoundaries kAnswerTimes = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};

Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                     const Histogram::BucketBoundaries& bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

void add(Families& families, prometheus::MetricType type, const char* name, const char* help, std::int64_t value) {
  prometheus::ClientMetric metric;
  const auto number = static_cast<double>(value);
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = number;
  families.push_back({name, help, type, {metric}});
}

void add_counter(Families& families, const char* name, const char* help, std::int64_t value) {
  add(families, prometheus::MetricType::Counter, name, help, value);
}

void add_gauge(Families& families, const char* name, const char* help, std::int64_t value) {
  add(families, prometheus::MetricType::Gauge, name, help, value);
}

void add_sizes(Families& families, const char* name, const char* help, const StepSizes& sizes) {
  prometheus::ClientMetric metric;
  auto& histogram = metric.histogram;
  for (std::size_t i = 0; i < sizes.steps.size(); ++i) {
    histogram.sample_count += static_cast<std::uint64_t>(sizes.steps[i]);
    const bool last = i + 1 == sizes.steps.size();
    const double bound = last ? std::numeric_limits<double>::infinity() : std::exp2(i);
    histogram.bucket.push_back({histogram.sample_count, bound});
  }
  histogram.sample_sum = static_cast<double>(sizes.sum);
  families.push_back({name, help, prometheus::MetricType::Histogram, {metric}});
}

void add_engines(Families& families, const EngineStatistics& chat, const EngineStatistics& embedding) {
  add_gauge(families, "lectern_kv_blocks_total", "KV blocks that there are", chat.kv_blocks_total);
  add_gauge(families, "lectern_kv_blocks_free", "KV blocks that no running request holds", chat.kv_blocks_free);
  add_counter(families, "lectern_preemptions_total", "Requests that gave their KV blocks to older ones",
              chat.preemptions);
  add_counter(families, "lectern_steps_total", "Steps of the model", chat.steps);
  add_sizes(families, "lectern_step_requests", "Requests that shared a step", chat.step_requests);
  add_sizes(families, "lectern_step_tokens", "Tokens in a step, of prompts and answers", chat.step_tokens);
  add_counter(families, "lectern_prompt_tokens_total", "Tokens of prompts", chat.prompt_tokens);
  add_counter(families, "lectern_cached_tokens_total", "Those of them found in the prefix cache", chat.cached_tokens);
  add_counter(families, "lectern_generated_tokens_total", "Tokens of answers", chat.generated_tokens);
  add_counter(families, "lectern_drafted_tokens_total", "Tokens guessed beforehand", chat.drafted_tokens);
  add_counter(families, "lectern_accepted_tokens_total", "Those of them that were right", chat.accepted_tokens);
  add_counter(families, "lectern_embedded_tokens_total", "Tokens of texts embedded", embedding.prompt_tokens);
}

void add_of_libraries(Families& families, const char* name, const char* help, std::span<const LibrarySummary> libraries,
                      std::int64_t LibrarySummary::*count) {
  prometheus::MetricFamily family{name, help, prometheus::MetricType::Gauge, {}};
  for (const auto& library : libraries) {
    prometheus::ClientMetric metric;
    metric.label = {{"library", to_valid_utf8(library.name)}};
    metric.gauge.value = static_cast<double>(library.*count);
    family.metric.push_back(std::move(metric));
  }
  if (!family.metric.empty()) families.push_back(std::move(family));
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("lectern_requests_total")
                                                          .Help("HTTP requests answered, by status")
                                                          .Register(registry);
  Histogram& queue =
      histogram(registry, "lectern_queue_seconds", "From a request to the step that took it", kTokenTimes);
  Histogram& ttft = histogram(registry, "lectern_ttft_seconds", "From a request to its first token", kAnswerTimes);
  Histogram& tpot = histogram(registry, "lectern_tpot_seconds", "A token after the first", kTokenTimes);
  Histogram& latency = histogram(registry, "lectern_answer_seconds", "From a request to its last token", kAnswerTimes);
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::count_request(int status) { state_->requests.Add({{"status", std::to_string(status)}}).Increment(); }

void Metrics::count_answer(const AnswerFigures& answer) {
  state_->latency.Observe(answer.seconds);
  if (answer.queue_ms) state_->queue.Observe(*answer.queue_ms / 1000);
  if (answer.tokens > 0) state_->ttft.Observe(answer.ttft_ms / 1000);
  if (answer.tokens > 1) state_->tpot.Observe(answer.tpot_ms / 1000);
}

std::string Metrics::text(const Now& now) const {
  Families families = state_->registry.Collect();
  add_gauge(families, "lectern_answers_under_way", "Answers under way and waiting", now.answers_under_way);
  add_engines(families, now.chat, now.embedding);
  add_of_libraries(families, "lectern_documents", "Documents of a library", now.libraries, &LibrarySummary::documents);
  add_of_libraries(families, "lectern_chunks", "Passages of a library", now.libraries, &LibrarySummary::chunks);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace lectern::server
