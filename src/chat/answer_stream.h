// A model's raw text in, a checked answer out: piece by piece, each sentence with its citations.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/evidence.h"
#include "chat/marker.h"
#include "chat/quotation.h"
#include "chat/repetition.h"
#include "lectern/library.h"

namespace lectern::chat {

struct CitedSentence {
  Span span;                 // in the answer's text, markers included
  std::string claim;         // the sentence without its markers
  std::vector<int> numbers;  // passages that it cites, each of which supports it; none: it is marked as unsupported
};

/// Numbers whose passages do not support their sentence give way to that of a passage that does; a sentence that none
/// supports is marked so, and the answer ends where the model begins to repeat itself. A sentence that says nothing
/// ("Yes.", "These are:") and a block of code are one with what follows. The pieces given to `on_text` make up
/// `text()`.
class AnswerStream {
 public:
  /// `evidence` may be null: then there is nothing to cite. It must outlive the stream.
  AnswerStream(const Evidence* evidence, std::function<void(std::string_view)> on_text);

  /// For models that invent: a sentence is held until it is whole, and is taken only if one of `quotations` (best
  /// first) holds what it adds to `question`. Where the model has no such sentence, the first quotation is the answer.
  void trust_only(std::vector<Quotation> quotations, std::string_view question);

  /// For questions that the passages may not answer: each sentence is held until it is whole, and where none supports
  /// the first, none of the answer is taken.
  void require_support() { requires_support_ = true; }

  /// Where no sentence rests on what `quotation` quotes, that follows the answer in a line of its own, after `lead`.
  void quote_beside(Quotation quotation, std::string_view lead);

  /// Whole UTF-8 characters.
  void add(std::string_view text);
  /// `stopped`: on request, so that nothing is to stand for what the model would still have said.
  void finish(bool stopped = false);

  /// What the model still says is not taken.
  bool ended() const { return ended_; }
  /// The model's first sentence says that the passages do not tell, or there is nothing to say: there is no text.
  bool declined() const { return declined_; }
  const std::string& text() const { return text_; }
  const std::vector<CitedSentence>& sentences() const { return sentences_; }

 private:
  struct Marker {
    std::size_t position;  // in sentence_
    std::vector<int> numbers;
  };

  void take_text(std::string_view characters);
  void take_marker(const std::vector<int>& numbers);
  std::optional<std::size_t> sentence_end() const;
  void complete(std::size_t end);
  void finish_sentence();
  bool needs_quotation() const;
  void take_markers(std::size_t end);
  void settle_markers(std::string_view claim);
  bool supports(int number, std::string_view claim) const;
  bool parts_are_supported(std::string_view claim);
  const Quotation* source_of(std::string_view claim) const;
  void quote(const Quotation& quotation);
  void decline();
  void show(std::size_t upto);
  void show_with_markers(std::size_t size);
  std::size_t showable() const;
  void write(std::string_view piece);
  void write_marker(const std::vector<int>& numbers);

  const Evidence* evidence_;
  std::function<void(std::string_view)> on_text_;
  MarkerReader reader_;
  Repetition repetition_;

  std::vector<Quotation> quotations_;
  std::vector<std::string> question_;  // its terms
  bool wants_figure_ = false;

  Quotation beside_;
  std::string lead_;  // of beside_
  bool requires_support_ = false;

  std::string text_;             // what on_text_ has had
  std::string gap_;              // white space before the sentence, not written yet
  std::string sentence_;         // the sentence in hand and what came after it, without markers
  std::size_t shown_ = 0;        // bytes of sentence_ in text_
  std::size_t begin_ = 0;        // of the sentence in text_, once some of it is shown
  std::vector<Marker> markers_;  // of sentence_, in order
  std::vector<Marker> settled_;  // of the sentence that is being completed: what is written
  std::vector<int> leading_;     // numbers that came before the sentence's first word
  bool after_marker_ = false;
  bool ended_ = false;
  bool declined_ = false;
  std::vector<CitedSentence> sentences_;
};

}  // namespace lectern::chat
