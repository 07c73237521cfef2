// The answers of /v1/chat/completions and /v1/completions, whole and in pieces, as OpenAI's API shapes them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/chat.h"
#include "lectern/engine.h"

namespace lectern::server {

enum class CompletionKind { kChat, kText };

/// What all JSON of one answer begins with.
struct CompletionHeading {
  CompletionKind kind = CompletionKind::kChat;
  std::string id;
  std::int64_t created = 0;  // seconds since 1970
  std::string model;
  const Tokenizer* spells_logprobs = nullptr;  // where they are wanted; it must outlive this
  bool usage_follows = false;                  // of a stream: its pieces say that they tell no usage
};

struct Choice {
  int index = 0;
  std::string text;
  FinishReason finish = FinishReason::kStop;
  std::vector<TokenLogprobs> logprobs = {};
};

struct Usage {
  std::int64_t prompt_tokens = 0, completion_tokens = 0, cached_tokens = 0;
};

Usage usage_of(const Answer& answer);

/// A new one for `kind`, of chance.
CompletionHeading new_heading(CompletionKind kind, const std::string& model);

std::string completion_json(const CompletionHeading& heading, std::span<const Choice> choices, const Usage& usage);
/// An answer from a library, with its citations and passages.
std::string completion_json(const CompletionHeading& heading, const Answer& answer);

// Pieces of a stream, each a whole server-sent event.
std::string first_event(const CompletionHeading& heading, int index);
std::string text_event(const CompletionHeading& heading, int index, std::string_view text,
                       std::span<const TokenLogprobs> logprobs = {});
std::string finish_event(const CompletionHeading& heading, int index, FinishReason finish,
                         std::span<const TokenLogprobs> logprobs = {});
std::string finish_event(const CompletionHeading& heading, const Answer& answer);
std::string usage_event(const CompletionHeading& heading, const Usage& usage);
std::string event(std::string_view json);
inline constexpr std::string_view kDoneEvent = "data: [DONE]\n\n";

}  // namespace lectern::server
