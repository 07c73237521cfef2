#include "lectern/chat.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "chat/answer_stream.h"
#include "chat/citation.h"
#include "chat/evidence.h"
#include "chat/history.h"
#include "chat/language.h"
#include "chat/marker.h"
#include "chat/prompt.h"
#include "chat/quotation.h"
#include "chat/relevance.h"
#include "chat/text_queue.h"
#include "core/paths.h"

namespace lectern {
namespace chat {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostPromptTokens = 1792;
constexpr std::size_t kMostTurns = 16;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
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
    Asked asked{question, question, std::move(phrases), true, on_text, std::move(stop), start};
    if (library_ == nullptr) return converse(asked);
    complete(asked);
    // A question that is too long is refused before it is searched for.
    const PromptBuilder builder(model_.tokenizer(), asked.phrases, asked.question, budget());
    auto found = library_->search(asked.query, options_.top_k);
    return small_model() ? quoted_or_declined(asked, builder, std::move(found))
                         : answer(asked, builder, std::move(found));
  }

  void resume(std::span<const Message> earlier) override {
    history_.clear();
    for (std::size_t i = 0; i + 1 < earlier.size(); ++i) {
      if (earlier[i].role != "user" || earlier[i + 1].role != "assistant") continue;
      const std::string question = to_valid_utf8(earlier[i].content);
      const std::string said = to_valid_utf8(earlier[i + 1].content);
      const bool declined = said == phrases_for(question, small_model()).not_found;
      remember(question, !leans_on(question, history_), declined ? std::string() : said);
    }
  }

  void clear() override { history_.clear(); }

 private:
  struct Asked {
    std::string question;  // as the model reads it
    std::string query;     // what is searched for
    Phrases phrases;
    bool alone;  // it can be understood without what came before
    const std::function<void(std::string_view)>& on_text;
    std::stop_token stop;
    Clock::time_point start;
  };

  // SmolLM2-135M has 576 values a token, Qwen2.5-1.5B 1,536. Given whole passages, the small one loses the thread: it
  // answered 1 of 10 questions on the example library from five passages, 4 from their few sentences that matter.
  bool small_model() const { return model_.info().embedding_size > 0 && model_.info().embedding_size < 1024; }

  // A small model cannot be trusted to complete a question: there the earlier ones are searched for as well.
  void complete(Asked& asked) {
    if (!leans_on(asked.question, history_)) return;
    const std::string completed =
        small_model() ? std::string() : completed_by(model_, asked.question, history_, asked.stop);
    asked.alone = !completed.empty();
    asked.query = asked.alone ? completed : retrieval_query(asked.question, history_);
    if (asked.alone) asked.question = completed;
  }

  Answer converse(const Asked& asked) {
    Answer answer;
    Prompt prompt = PromptBuilder(model_.tokenizer(), asked.phrases, asked.question, budget()).build({}, history_);
    AnswerStream stream(nullptr, asked.on_text);
    generate(std::move(prompt), stream, answer, asked);
    remember(asked, answer);
    return answer;
  }

  Answer answer(const Asked& asked, const PromptBuilder& builder, std::vector<Passage> found) {
    if (are_unrelated(found)) return decline(asked, std::move(found));
    Prompt prompt = builder.build(found, asked.alone ? std::span<const Turn>{} : history_);
    found.resize(prompt.passages.size());
    const Evidence evidence(found, asked.query, similarity());
    auto likeliest = likeliest_answer(model_, asked.phrases, evidence, asked.query, asked.stop);
    const auto related = relevance(asked.query, found, likeliest ? likeliest->answered : 0);
    if (related == Relevance::kNone && !asked.stop.stop_requested()) return decline(asked, std::move(found));
    AnswerStream stream(&evidence, asked.on_text);
    const bool unsure = related != Relevance::kSure;
    if (unsure) stream.require_support();
    if (likeliest)
      stream.quote_beside(std::move(likeliest->quotation), unsure ? asked.phrases.nearest : asked.phrases.quoted);
    Answer answer;
    if (writes({asked, found, evidence, stream}, std::move(prompt), answer)) return answer;
    return decline(asked, std::move(found), answer);
  }

  // A short question is another one than it seemed where what was said before does not help.
  Answer quoted_or_declined(const Asked& asked, const PromptBuilder& builder, std::vector<Passage> found) {
    Answer answer;
    if (quotes(asked, builder, found, answer)) return answer;
    if (!asked.alone && may_stand_alone(asked.question)) {
      const Asked alone{asked.question, asked.question, asked.phrases, true, asked.on_text, asked.stop, asked.start};
      if (quotes(alone, builder, library_->search(alone.query, options_.top_k), answer)) return answer;
    }
    return decline(asked, std::move(found), answer);
  }

  // Whether the passages tell. Nothing was said yet where they do not.
  bool quotes(const Asked& asked, const PromptBuilder& builder, const std::vector<Passage>& found, Answer& answer) {
    if (!is_relevant(asked.query, found) || !knows_names(asked.query, found)) return false;
    const Evidence evidence(found, asked.query, similarity());
    auto chosen = key_sentences(model_, evidence, asked.question);
    Prompt prompt = builder.build(condensed(found, chosen), {});
    AnswerStream stream(&evidence, asked.on_text);
    stream.trust_only(std::move(chosen), asked.question);
    return writes({asked, found, evidence, stream}, std::move(prompt), answer);
  }

  struct Attempt {
    const Asked& asked;
    const std::vector<Passage>& found;
    const Evidence& evidence;  // in those passages
    AnswerStream& stream;
  };

  // The same, by what the model says.
  bool writes(const Attempt& attempt, Prompt prompt, Answer& answer) {
    const auto& [asked, found, evidence, stream] = attempt;
    generate(std::move(prompt), stream, answer, asked);
    if (stream.declined()) return false;
    answer.query = asked.query;
    answer.declined = stream.sentences().empty() && !answer.stopped;
    answer.passages = found;
    for (const auto& sentence : stream.sentences())
      answer.sentences.push_back({sentence.span, !sentence.numbers.empty()});
    answer.citations = citations(stream.sentences(), found, evidence);  // they point into its passages
    remember(asked, answer);
    return true;
  }

  Answer decline(const Asked& asked, std::vector<Passage> nearest, const Answer& so_far = {}) {
    Answer answer = say(asked.phrases.not_found, std::move(nearest), asked.on_text, asked.start);
    answer.query = asked.query;
    answer.input_tokens = so_far.input_tokens;
    answer.output_tokens = so_far.output_tokens;
    answer.drafted_tokens = so_far.drafted_tokens;
    answer.accepted_tokens = so_far.accepted_tokens;
    answer.tpot_ms = so_far.tpot_ms;
    remember(asked, answer);
    return answer;
  }

  Similarity similarity() const {
    return [this](std::string_view text, std::span<const std::string> others) {
      return library_->similarities(text, others);
    };
  }

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

  void generate(Prompt prompt, AnswerStream& stream, Answer& answer, const Asked& asked) {
    const auto queue = std::make_shared<TextQueue>();
    Request request;
    request.passages_begin = static_cast<int>(prompt.passages_begin);
    request.passages_end = static_cast<int>(prompt.passages_end);
    request.prompt = std::move(prompt.tokens);
    request.draft = options_.draft;
    request.sampling = sampling();
    request.on_token = [queue](TokenId, std::string_view text) { queue->push(text); };
    const auto generation = model_.submit(std::move(request));

    // Whatever ends this function ends the request as well.
    const std::stop_callback cancel(asked.stop, [&] { generation->cancel(); });
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
    answer.stopped = asked.stop.stop_requested() && done.finish == FinishReason::kCancelled;
    answer.cut = done.finish == FinishReason::kLength;
    stream.finish(answer.stopped);
    answer.text = stream.text();
    answer.input_tokens = done.prompt_tokens;
    answer.output_tokens = static_cast<int>(done.tokens.size());
    const auto first = queue->first();
    answer.ttft_ms = first ? std::chrono::duration<double, std::milli>(*first - asked.start).count()
                           : milliseconds_since(asked.start);
    answer.tpot_ms = done.tpot_ms;
    answer.drafted_tokens = done.drafted_tokens;
    answer.accepted_tokens = done.accepted_tokens;
  }

  // That the files do not tell is nothing for the model to read again.
  void remember(const Asked& asked, const Answer& answer) {
    remember(asked.question, asked.alone, answer.declined ? std::string() : answer.text);
  }
  void remember(const std::string& question, bool alone, const std::string& answer) {
    history_.push_back({question, without_markers(answer), alone ? question : topic_of(question, history_)});
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
