// A conversation about a library's documents: answers with their sources.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/engine.h"
#include "lectern/library.h"

namespace lectern {

struct Citation {
  int number = 0;                       // as the answer writes it: [number]; it is `passages[number - 1]`
  std::string file;                     // absolute path, or a video's address
  std::optional<int> page;              // physical page on which the quote begins, from 1
  std::string quote;                    // the sentence of the passage that supports the answer
  Span quote_span;                      // of the quote, in the document's extracted text
  Span answer_span;                     // of the sentence that it supports, in `Answer::text`
  std::optional<std::int64_t> time_ms;  // of a recording: when the quote is said
  std::string url;                      // of a video: a link to that moment
};

/// Stands in an answer's text at the end of a sentence that no passage supports.
inline constexpr std::string_view kUnsupportedMark = "[?]";

struct AnswerSentence {
  Span span;               // in `Answer::text`, its marks included
  bool supported = false;  // a cited passage says so; otherwise it has kUnsupportedMark
};

struct Answer {
  std::string text;
  std::string query;                      // what was searched for: the question, completed from what came before
  bool declined = false;                  // the files do not tell: `passages` are the nearest
  bool stopped = false;                   // on request
  bool cut = false;                       // at ChatOptions::answer_tokens
  std::vector<AnswerSentence> sentences;  // in order; none without a library, or where it declines
  std::vector<Citation> citations;
  std::vector<Passage> passages;
  int input_tokens = 0, output_tokens = 0;
  int drafted_tokens = 0, accepted_tokens = 0;  // as in Completion
  double ttft_ms = 0, tpot_ms = 0;              // TTFT counts from the call, retrieval included
};

struct ChatOptions {
  int top_k = 5;            // passages offered to the model
  int answer_tokens = 320;  // at most
  int prompt_tokens = 0;    // budget of the prompt; 0: what the context leaves beside the answer, 1,792 at most
  double temperature = 0;
  std::uint64_t seed = 0;
  bool draft = true;  // as in Request; the answer is the same
};

class Chat {
 public:
  virtual ~Chat() = default;

  /// Answers `question`; `on_text` gets pieces of the answer as they come, citations already checked.
  /// Throws Error: kTooLong (a question that leaves no room for a passage), and what the engine throws.
  virtual Answer ask(std::string_view question, const std::function<void(std::string_view)>& on_text = {},
                     std::stop_token stop = {}) = 0;
  /// Takes up a conversation that somebody else kept, instead of its own: messages of "user" and "assistant" in turn.
  virtual void resume(std::span<const Message> earlier) = 0;
  virtual void clear() = 0;  // forgets the conversation
};

/// `model` and `library` must outlive it. Without a library it is a plain conversation.
std::unique_ptr<Chat> start_chat(Engine& model, const Library* library, const ChatOptions& options = {});

}  // namespace lectern
