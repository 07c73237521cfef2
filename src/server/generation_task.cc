#include "server/generation_task.h"

#include <utility>

#include "core/clock.h"
#include "server/api_error.h"
#include "server/refusal_log.h"

namespace lectern::server {

GenerationTask::GenerationTask(std::shared_ptr<Exchange> exchange, GenerationPlan plan, std::vector<Ticket> tickets,
                               Metrics& metrics)
    : exchange_(std::move(exchange)), plan_(std::move(plan)), metrics_(metrics), tickets_(std::move(tickets)) {}

void GenerationTask::start() {
  left_ = static_cast<int>(plan_.prompts.size()) * plan_.n;
  choices_.resize(static_cast<std::size_t>(left_));
  writing_.resize(static_cast<std::size_t>(left_));
  for (int i = 0; i < left_; ++i) choices_[static_cast<std::size_t>(i)].index = i;
  for (auto& writing : writing_) {
    if (plan_.top_logprobs) writing.logprobs.emplace(plan_.engine->tokenizer());
  }
  submit_all();
  if (plan_.stream) {
    exchange_->begin({.content_type = "text/event-stream"});
    if (plan_.heading.kind == CompletionKind::kChat) {
      for (int i = 0; i < left_; ++i) exchange_->send(first_event(plan_.heading, i));
    }
  }
  exchange_->on_gone([self = shared_from_this()] { self->cancel(); });
  {
    const std::lock_guard lock(mutex_);
    started_ = drain_posted_ = true;
  }
  exchange_->post([self = shared_from_this()] { self->drain(); });
}

void GenerationTask::submit_all() {
  std::vector<std::shared_ptr<Generation>> submitted;
  try {
    for (int i = 0; i < left_; ++i) submitted.push_back(plan_.engine->submit(request_for(i)));
  } catch (...) {
    for (const auto& generation : submitted) generation->cancel();
    throw;
  }
  const std::lock_guard lock(mutex_);
  generations_ = std::move(submitted);
}

Request GenerationTask::request_for(int index) {
  Request request;
  request.prompt = plan_.prompts[static_cast<std::size_t>(index / plan_.n)];
  request.sampling = plan_.sampling;
  request.continues_prompt = plan_.heading.kind == CompletionKind::kText;
  request.sampling.seed += static_cast<std::uint64_t>(index % plan_.n);
  if (plan_.top_logprobs) {
    request.top_logprobs = *plan_.top_logprobs;
    request.on_logprobs = [self = shared_from_this(), index](const TokenLogprobs& logprobs) {
      self->tell({.index = index, .logprobs = logprobs});
    };
  }
  request.on_token = [self = shared_from_this(), index](TokenId, std::string_view text) {
    if (!text.empty()) self->tell({.index = index, .text = std::string(text)});
  };
  request.on_done = [self = shared_from_this(), index] {
    self->give_back(index);  // before the client can see the end, and ask again
    self->tell({.index = index, .done = true});
  };
  return request;
}

void GenerationTask::give_back(int index) {
  Ticket used;
  const std::lock_guard lock(mutex_);
  used = std::move(tickets_[static_cast<std::size_t>(index)]);
}

// The engine's thread only leaves the event here: the connection's writes it.
void GenerationTask::tell(Event event) {
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    if (!started_ || std::exchange(drain_posted_, true)) return;
  }
  exchange_->post([self = shared_from_this()] { self->drain(); });
}

void GenerationTask::cancel() {
  std::vector<std::shared_ptr<Generation>> generations;
  {
    const std::lock_guard lock(mutex_);
    generations = generations_;
  }
  for (const auto& generation : generations) generation->cancel();
}

void GenerationTask::drain() {
  std::vector<Event> events;
  {
    const std::lock_guard lock(mutex_);
    drain_posted_ = false;
    events.swap(events_);
  }
  for (const auto& event : events) {
    if (!ended_) take(event);
  }
}

void GenerationTask::take(const Event& event) {
  if (event.done) return conclude(event.index);
  auto& writing = writing_[static_cast<std::size_t>(event.index)];
  if (event.logprobs) writing.logprobs->add(*event.logprobs);
  writing.text_bytes += event.text.size();
  if (plan_.stream && !event.text.empty())
    exchange_->send(text_event(plan_.heading, event.index, event.text, unsent_logprobs(event.index)));
}

// Tokens that complete no character yet have theirs told with the one that does.
std::span<const TokenLogprobs> GenerationTask::unsent_logprobs(int index) {
  auto& [text_bytes, logprobs] = writing_[static_cast<std::size_t>(index)];
  return logprobs ? logprobs->next(text_bytes) : std::span<const TokenLogprobs>();
}

void GenerationTask::conclude(int index) {
  try {
    const Completion& done = generations_[static_cast<std::size_t>(index)]->wait();
    auto& choice = choices_[static_cast<std::size_t>(index)];
    choice.text = done.text;
    choice.finish = done.finish;
    // What has no text of its own comes at the end, but for what a stop string cut off.
    const bool may_be_cut = done.finish == FinishReason::kStop && !plan_.sampling.stop.empty();
    if (!may_be_cut) writing_[static_cast<std::size_t>(index)].text_bytes = SIZE_MAX;
    const auto rest = unsent_logprobs(index);
    choice.logprobs.assign(rest.begin(), rest.end());
    metrics_.count_answer({done.queue_ms, done.ttft_ms, done.tpot_ms, static_cast<std::int64_t>(done.tokens.size()),
                           seconds_since(begin_)});
    usage_.completion_tokens += static_cast<std::int64_t>(done.tokens.size());
    if (index % plan_.n == 0) {
      usage_.prompt_tokens += done.prompt_tokens;
      usage_.cached_tokens += done.cached_tokens;
    }
  } catch (...) {
    return fail();
  }
  if (plan_.stream)
    exchange_->send(finish_event(plan_.heading, index, choices_[static_cast<std::size_t>(index)].finish,
                                 choices_[static_cast<std::size_t>(index)].logprobs));
  if (--left_ == 0) finish();
}

// One answer that failed ends the others: the client is told once.
void GenerationTask::fail() {
  const ApiError error = current_api_error();
  log_refusal(exchange_->request(), error);
  ended_ = true;
  cancel();
  if (!plan_.stream) return exchange_->respond(to_response(error));
  exchange_->send(event(to_json(error)));
  exchange_->end();
}

void GenerationTask::finish() {
  ended_ = true;
  if (!plan_.stream) return exchange_->respond({.body = completion_json(plan_.heading, choices_, usage_)});
  if (plan_.heading.usage_follows) exchange_->send(usage_event(plan_.heading, usage_));
  exchange_->send(kDoneEvent);
  exchange_->end();
}

}  // namespace lectern::server
