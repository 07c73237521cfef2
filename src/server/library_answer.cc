#include "server/library_answer.h"

#include <chrono>
#include <stop_token>
#include <utility>

#include "core/clock.h"
#include "lectern/chat.h"
#include "server/api_error.h"
#include "server/chance.h"
#include "server/completion_json.h"
#include "server/refusal_log.h"

namespace lectern::server {
namespace {

// The stream of an answer: it begins with the first piece, so that what fails before it is an error as any other.
class AnswerEvents {
 public:
  AnswerEvents(Exchange& exchange, const CompletionHeading& heading, const ChatRequest& request)
      : exchange_(exchange), heading_(heading), request_(request) {}

  void add(std::string_view piece) {
    begin();
    exchange_.send(text_event(heading_, 0, piece));
  }
  void finish(const Answer& answer) {
    begin();
    exchange_.send(finish_event(heading_, answer));
    if (request_.include_usage) exchange_.send(usage_event(heading_, usage_of(answer)));
    exchange_.send(kDoneEvent);
    exchange_.end();
  }
  // Returns whether it had begun, so that the error can be told in it.
  bool fail(const ApiError& error) {
    if (!begun_) return false;
    log_refusal(exchange_.request(), error);
    exchange_.send(event(to_json(error)));
    exchange_.end();
    return true;
  }

 private:
  void begin() {
    if (std::exchange(begun_, true)) return;
    exchange_.begin({.content_type = "text/event-stream"});
    exchange_.send(first_event(heading_, 0));
  }

  Exchange& exchange_;
  const CompletionHeading& heading_;
  const ChatRequest& request_;
  bool begun_ = false;
};

ChatOptions options_of(const ChatRequest& request) {
  ChatOptions options;
  options.top_k = request.passages;
  options.answer_tokens = request.max_tokens.value_or(options.answer_tokens);
  options.temperature = request.sampling.temperature;
  options.seed = request.seed.value_or(chance());
  return options;
}

}  // namespace

void answer_from_library(LibraryQuestion asked, Engine& model, const Library& library, Metrics& metrics) {
  const auto& exchange = asked.exchange;
  const auto& request = asked.request;
  const auto begin = std::chrono::steady_clock::now();
  std::stop_source stop;
  exchange->on_gone([stop]() mutable { stop.request_stop(); });
  const auto chat = start_chat(model, &library, options_of(request));
  chat->resume(std::span(request.messages).first(request.messages.size() - 1));
  auto heading = new_heading(CompletionKind::kChat, request.model);
  heading.usage_follows = request.include_usage;
  AnswerEvents events(*exchange, heading, request);
  try {
    const auto& question = request.messages.back().content;
    std::function<void(std::string_view)> on_text;
    if (request.stream) on_text = [&](std::string_view piece) { events.add(piece); };
    Answer answer;
    blame("messages", [&] { answer = chat->ask(question, on_text, stop.get_token()); });
    asked.ticket = {};
    metrics.count_answer({{}, answer.ttft_ms, answer.tpot_ms, answer.output_tokens, seconds_since(begin)});
    if (request.stream)
      events.finish(answer);
    else
      exchange->respond({.body = completion_json(heading, answer)});
  } catch (...) {
    asked.ticket = {};
    if (!events.fail(current_api_error())) throw;
  }
}

}  // namespace lectern::server
