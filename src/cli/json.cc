#include "cli/json.h"

#include <nlohmann/json.hpp>

#include "server/answer_json.h"
#include "server/json_text.h"

namespace lectern::cli {
namespace {

using Json = nlohmann::ordered_json;
using server::dump;
using server::json_of;

Json with_id(std::string_view id) {
  Json json = Json::object();
  if (!id.empty()) json["id"] = Json::parse(id);
  return json;
}

Json percentiles_of(const Percentiles& values) {
  return {{"p50", values.p50}, {"p90", values.p90}, {"p99", values.p99}};
}

}  // namespace

std::string to_json(std::span<const Passage> passages, std::string_view id) {
  Json json = with_id(id);
  json["passages"] = json_of(passages);
  return dump(json);
}

std::string to_json(const Answer& answer, std::string_view id) {
  Json json = with_id(id);
  json["answer"] = answer.text;
  server::add_sources(json, answer);
  json["usage"] = {{"input_tokens", answer.input_tokens},
                   {"output_tokens", answer.output_tokens},
                   {"drafted_tokens", answer.drafted_tokens},
                   {"accepted_tokens", answer.accepted_tokens}};
  json["timing"] = {{"ttft_ms", answer.ttft_ms}, {"tpot_ms", answer.tpot_ms}};
  return dump(json);
}

std::string to_json(const IndexReport& report) {
  Json failures = Json::array();
  for (const auto& failure : report.failures) failures.push_back({{"file", failure.file}, {"reason", failure.reason}});
  Json json;
  json["documents"] = {{"indexed", report.indexed},
                       {"unchanged", report.unchanged},
                       {"removed", report.removed},
                       {"failed", report.failed}};
  json["chunks"] = report.chunks;
  json["word_pieces"] = report.word_pieces;
  json["seconds"] = report.seconds;
  json["stages"] = {{"extract_s", report.extract_s},
                    {"chunk_s", report.chunk_s},
                    {"embed_s", report.embed_s},
                    {"store_s", report.store_s}};
  json["failures"] = std::move(failures);
  return dump(json);
}

std::string to_json(const BenchResult& result) {
  Json json;
  json["ttft_ms"] = percentiles_of(result.ttft_ms);
  json["tpot_ms"] = percentiles_of(result.tpot_ms);
  json["latency_ms"] = percentiles_of(result.latency_ms);
  json["output_tok_s"] = result.output_tok_s;
  json["input_tok_s"] = result.input_tok_s;
  if (result.prefill_tok_s) json["prefill_tok_s"] = *result.prefill_tok_s;
  json["decode_tok_s"] = result.decode_tok_s;
  json["model_bytes"] = result.model_bytes;
  json["rss_bytes"] = result.rss_bytes;
  json["isa"] = result.isa;
  json["threads"] = result.threads;
  return dump(json);
}

std::string failure_to_json(std::string_view message, std::string_view id) {
  Json json = with_id(id);
  json["error"] = message;
  return dump(json);
}

std::string ids_to_json(std::span<const std::int32_t> ids) {
  return dump({{"ids", std::vector<std::int32_t>(ids.begin(), ids.end())}});
}

std::string embedding_to_json(std::span<const float> embedding) {
  return dump({{"embedding", std::vector<float>(embedding.begin(), embedding.end())}});
}

std::string perplexity_to_json(double perplexity, std::int64_t tokens) {
  return dump({{"perplexity", perplexity}, {"tokens", tokens}});
}

}  // namespace lectern::cli
