#include "server/completion_json.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "server/answer_json.h"
#include "server/chance.h"
#include "server/json_text.h"
#include "server/logprobs_json.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

Json heading_of(const CompletionHeading& heading, bool piece) {
  const char* object = "text_completion";
  if (heading.kind == CompletionKind::kChat) object = piece ? "chat.completion.chunk" : "chat.completion";
  return {{"id", heading.id}, {"object", object}, {"created", heading.created}, {"model", heading.model}};
}

Json json_of_usage(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached_tokens}}}};
}

const char* name_of(FinishReason reason) { return reason == FinishReason::kLength ? "length" : "stop"; }

FinishReason finish_of(const Answer& answer) { return answer.cut ? FinishReason::kLength : FinishReason::kStop; }

Json logprobs_of(const CompletionHeading& heading, std::span<const TokenLogprobs> logprobs) {
  if (heading.spells_logprobs == nullptr) return nullptr;
  return heading.kind == CompletionKind::kChat ? chat_logprobs(logprobs, *heading.spells_logprobs)
                                               : text_logprobs(logprobs, *heading.spells_logprobs);
}

Json choice_of(const CompletionHeading& heading, const Choice& choice) {
  Json json = {{"index", choice.index}};
  if (heading.kind == CompletionKind::kChat)
    json["message"] = {{"role", "assistant"}, {"content", choice.text}, {"refusal", nullptr}};
  else
    json["text"] = choice.text;
  json["logprobs"] = logprobs_of(heading, choice.logprobs);
  json["finish_reason"] = name_of(choice.finish);
  return json;
}

Json piece_of(const CompletionHeading& heading, Json choice, std::span<const TokenLogprobs> logprobs) {
  Json json = heading_of(heading, true);
  choice["logprobs"] = logprobs_of(heading, logprobs);
  json["choices"] = Json::array({std::move(choice)});
  if (heading.usage_follows) json["usage"] = nullptr;
  return json;
}

std::string piece(const CompletionHeading& heading, Json choice, std::span<const TokenLogprobs> logprobs) {
  return event(dump(piece_of(heading, std::move(choice), logprobs)));
}

}  // namespace

CompletionHeading new_heading(CompletionKind kind, const std::string& model) {
  const char* prefix = kind == CompletionKind::kChat ? "chatcmpl" : "cmpl";
  CompletionHeading heading;
  heading.kind = kind;
  heading.id = fmt::format("{}-{:016x}{:016x}", prefix, chance(), chance());
  heading.created = std::time(nullptr);
  heading.model = model;
  return heading;
}

std::string completion_json(const CompletionHeading& heading, std::span<const Choice> choices, const Usage& usage) {
  Json json = heading_of(heading, false);
  json["choices"] = Json::array();
  for (const auto& choice : choices) json["choices"].push_back(choice_of(heading, choice));
  json["usage"] = json_of_usage(usage);
  return dump(json);
}

std::string completion_json(const CompletionHeading& heading, const Answer& answer) {
  Json json = heading_of(heading, false);
  json["choices"] = Json::array({choice_of(heading, {0, answer.text, finish_of(answer)})});
  json["usage"] = json_of_usage(usage_of(answer));
  add_sources(json, answer);
  return dump(json);
}

Usage usage_of(const Answer& answer) { return {answer.input_tokens, answer.output_tokens, 0}; }

std::string first_event(const CompletionHeading& heading, int index) {
  return piece(heading,
               {{"index", index}, {"delta", {{"role", "assistant"}, {"content", ""}}}, {"finish_reason", nullptr}}, {});
}

std::string text_event(const CompletionHeading& heading, int index, std::string_view text,
                       std::span<const TokenLogprobs> logprobs) {
  Json choice = {{"index", index}};
  if (heading.kind == CompletionKind::kChat)
    choice["delta"] = {{"content", text}};
  else
    choice["text"] = text;
  choice["finish_reason"] = nullptr;
  return piece(heading, std::move(choice), logprobs);
}

std::string finish_event(const CompletionHeading& heading, int index, FinishReason finish,
                         std::span<const TokenLogprobs> logprobs) {
  Json choice = {{"index", index}};
  if (heading.kind == CompletionKind::kChat)
    choice["delta"] = Json::object();
  else
    choice["text"] = "";
  choice["finish_reason"] = name_of(finish);
  return piece(heading, std::move(choice), logprobs);
}

std::string finish_event(const CompletionHeading& heading, const Answer& answer) {
  const Json choice = {{"index", 0}, {"delta", Json::object()}, {"finish_reason", name_of(finish_of(answer))}};
  Json json = piece_of(heading, choice, {});
  add_sources(json, answer);
  return event(dump(json));
}

std::string usage_event(const CompletionHeading& heading, const Usage& usage) {
  Json json = heading_of(heading, true);
  json["choices"] = Json::array();
  json["usage"] = json_of_usage(usage);
  return event(dump(json));
}

std::string event(std::string_view json) { return fmt::format("data: {}\n\n", json); }

}  // namespace lectern::server
