#include "lectern/chat.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "chat/answer_stream.h"
#include "chat/citation.h"
#include "chat/evidence.h"
#include "chat/history.h"
#include "chat/language.h"
#include "chat/prompt.h"
#include "chat/question.h"
#include "chat/relevance.h"
#include "chat/reranker.h"
#include "core/paths.h"

namespace lectern {
namespace chat {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostPromptTokens = 3072;
constexpr std::size_t kMostTurns = 16;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Text from the engine's thread to the asker's: checking citations must not hold up a step of other requests.
class TextQueue {
 public:
  void push(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (!first_) first_ = Clock::now();
    text_ += text;
    ready_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.notify_one();
  }
  /// What has come since the last call; nothing once it is closed and empty.
  std::optional<std::string> pop() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return closed_ || !text_.empty(); });
    if (text_.empty()) return std::nullopt;
    return std::exchange(text_, {});
  }
  std::optional<Clock::time_point> first() const {
    const std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::string text_;
  std::optional<Clock::time_point> first_;  // token, whether or not it completes a character
  bool closed_ = false;
};

// Sentences that the words choose, and of them those that the model is given.
constexpr std::size_t kCandidates = 10;
constexpr std::size_t kGivenSentences = 1;
// Weight of the words against the model's judgement, in nats a token.
constexpr double kWordWeight = 2;

std::string in_one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

/// The sentences of `passages` that answer `question` best, best first.
std::vector<Quotation> key_sentences(Engine& model, std::span<const Passage> passages, std::string_view question) {
  const Evidence evidence(passages, question);
  auto candidates = evidence.candidates(kCandidates);
  std::vector<std::string> texts;
  for (const auto& candidate : candidates) texts.push_back(candidate.context + ": " + in_one_line(candidate.sentence));
  const auto likelihoods = question_likelihoods(model, texts, question);
  for (std::size_t i = 0; i < candidates.size(); ++i)
    candidates[i].score = kWordWeight * candidates[i].score + likelihoods[i];
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  if (candidates.size() > kGivenSentences) candidates.resize(kGivenSentences);
  std::vector<Quotation> chosen;
  for (const auto& candidate : candidates) chosen.push_back({candidate.number, in_one_line(candidate.sentence)});
  return chosen;
}

/// The chosen sentences of each passage; a passage without one keeps its number.
std::vector<Passage> condensed(std::span<const Passage> passages, std::span<const Quotation> chosen) {
  std::vector<Passage> short_ones(passages.size());
  for (const auto& quotation : chosen) {
    std::string& text = short_ones[static_cast<std::size_t>(quotation.number - 1)].text;
    text.append(text.empty() ? "" : " ").append(quotation.text);
  }
  return short_ones;
}

class LibraryChat final : public Chat {
 public:
  LibraryChat(Engine& model, const Library* library, const ChatOptions& options)
      : model_(model), library_(library), options_(options) {
    if (!model.info().generates) {
      throw Error(ErrorCode::kInvalidArgument,
                  model.info().name + " is an encoder and cannot answer: choose a model that generates text.");
    }
    if (options.top_k < 1 || options.answer_tokens < 1 || options.prompt_tokens < 0) {
      throw Error(ErrorCode::kInvalidArgument,
                  "A chat needs at least one passage and one answer token, and a prompt budget that is not negative.");
    }
  }

  Answer ask(std::string_view raw_question, const std::function<void(std::string_view)>& on_text,
             std::stop_token stop) override {
    const auto start = Clock::now();
    const std::string question = to_valid_utf8(raw_question);
    if (question.find_first_not_of(" \t\r\n") == std::string::npos) {
      throw Error(ErrorCode::kInvalidArgument, "The question is empty: ask one.");
    }
    Phrases phrases = phrases_for(question, small_model());
    if (library_ == nullptr) phrases.instructions = phrases.conversation;
    if (library_ != nullptr && library_->statistics().chunks == 0) {
      return say(phrases.empty_library, {}, on_text, start);
    }
    const PromptBuilder builder(model_.tokenizer(), phrases, question, budget());
    std::vector<Passage> found;
    if (library_ != nullptr) {
      const std::string query = retrieval_query(question, history_);
      found = library_->search(query, options_.top_k);
      if (!is_relevant(query, found)) return say(phrases.not_found, std::move(found), on_text, start);
    }
    const bool extracts = small_model() && library_ != nullptr;
    const auto chosen = extracts ? key_sentences(model_, found, question) : std::vector<Quotation>{};
    Prompt prompt =
        builder.build(extracts ? condensed(found, chosen) : found, small_model() ? std::span<const Turn>{} : history_);
    Answer answer;
    found.resize(prompt.passages.size());
    answer.passages = std::move(found);
    const Evidence evidence(answer.passages, question);
    AnswerStream stream(library_ != nullptr ? &evidence : nullptr, on_text);
    stream.trust_only(chosen, question);
    generate(std::move(prompt.tokens), stream, answer, std::move(stop), start);
    answer.citations = citations(stream.sentences(), answer.passages, evidence);
    answer.declined = library_ != nullptr && is_refusal(answer.text);
    remember(question, answer);
    return answer;
  }

  void clear() override { history_.clear(); }

 private:
  // SmolLM2-135M has 576 values a token, Qwen2.5-1.5B 1,536. Given whole passages, the small one loses the thread: it
  // answered 1 of 10 questions on the example library from five passages, 4 from their few sentences that matter.
  bool small_model() const { return model_.info().embedding_size > 0 && model_.info().embedding_size < 1024; }

  int budget() const {
    const int context = model_.info().context_length;
    // A model of a short context answers briefly rather than reads nothing.
    const int left = context - std::min(options_.answer_tokens, context / 3);
    return std::min(left, options_.prompt_tokens > 0 ? options_.prompt_tokens : kMostPromptTokens);
  }

  static Answer say(std::string_view text, std::vector<Passage> nearest,
                    const std::function<void(std::string_view)>& on_text, Clock::time_point start) {
    Answer answer;
    answer.text = text;
    answer.declined = true;
    answer.passages = std::move(nearest);
    answer.ttft_ms = milliseconds_since(start);
    if (on_text) on_text(answer.text);
    return answer;
  }

  SamplingOptions sampling() const {
    SamplingOptions sampling;
    sampling.temperature = options_.temperature;
    sampling.seed = options_.seed;
    sampling.max_tokens = std::min(options_.answer_tokens, model_.info().context_length - budget());
    return sampling;
  }

  void generate(std::vector<TokenId> prompt, AnswerStream& stream, Answer& answer, std::stop_token stop,
                Clock::time_point start) {
    const auto queue = std::make_shared<TextQueue>();
    Request request;
    request.prompt = std::move(prompt);
    request.sampling = sampling();
    request.on_token = [queue](TokenId, std::string_view text) { queue->push(text); };
    const auto generation = model_.submit(std::move(request));

    // Whatever ends this function ends the request as well.
    const std::stop_callback cancel(stop, [&] { generation->cancel(); });
    std::exception_ptr failure;
    std::jthread waiter([&](const std::stop_token& leaving) {
      const std::stop_callback leave(leaving, [&] { generation->cancel(); });
      try {
        generation->wait();
      } catch (...) {
        failure = std::current_exception();
      }
      queue->close();
    });
    std::string raw;
    while (auto piece = queue->pop()) {
      raw += *piece;
      stream.add(*piece);
      if (stream.ended()) generation->cancel();
    }
    waiter.join();
    if (failure) std::rethrow_exception(failure);

    const Completion& done = generation->wait();
    if (done.text.size() > raw.size() && done.text.starts_with(raw))
      stream.add(std::string_view(done.text).substr(raw.size()));
    answer.stopped = stop.stop_requested() && done.finish == FinishReason::kCancelled;
    stream.finish(answer.stopped);
    answer.text = stream.text();
    answer.input_tokens = done.prompt_tokens;
    answer.output_tokens = static_cast<int>(done.tokens.size());
    const auto first = queue->first();
    answer.ttft_ms =
        first ? std::chrono::duration<double, std::milli>(*first - start).count() : milliseconds_since(start);
    answer.tpot_ms = done.tpot_ms;
  }

  void remember(const std::string& question, const Answer& answer) {
    history_.push_back({question, without_markers(answer.text)});
    if (history_.size() > kMostTurns) history_.erase(history_.begin());
  }

  Engine& model_;
  const Library* library_;
  ChatOptions options_;
  std::vector<Turn> history_;
};

}  // namespace
}  // namespace chat

std::unique_ptr<Chat> start_chat(Engine& model, const Library* library, const ChatOptions& options) {
  return std::make_unique<chat::LibraryChat>(model, library, options);
}

}  // namespace lectern
