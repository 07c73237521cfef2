#include "chat/answer_stream.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "chat/question.h"
#include "chat/sentence.h"
#include "chat/term.h"
#include "lectern/chat.h"

namespace lectern::chat {
namespace {

constexpr auto kEndMarks = std::to_array<std::string_view>(
    {".", "!", "?", ":", ";", "\u3002", "\uff01", "\uff1f", "\u2026", "\uff1a", "\uff1b"});
constexpr auto kClosers =
    std::to_array<std::string_view>({")", "\"", "'", "*", "_", "\u201d", "\u2019", "\u300d", "\u300f", "\uff09"});

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t without_space(std::string_view text) {
  std::size_t size = text.size();
  while (size > 0 && is_space(text[size - 1])) --size;
  return size;
}

template <typename Marks>
std::size_t without(const Marks& marks, std::string_view text) {
  for (bool found = true; found;) {
    found = false;
    for (const auto mark : marks) {
      if (!text.ends_with(mark)) continue;
      text.remove_suffix(mark.size());
      found = true;
    }
  }
  return text.size();
}

// Where a marker belongs: before the marks that end the sentence.
std::size_t marker_place(std::string_view sentence) {
  const std::size_t unquoted = without(kClosers, sentence);
  const std::size_t place = without(kEndMarks, sentence.substr(0, unquoted));
  return place == unquoted ? sentence.size() : place;
}

// Chinese sets no space before a marker.
bool ends_ideographic(std::string_view text) {
  if (text.empty()) return false;
  auto i = static_cast<std::int32_t>(text.size());
  UChar32 c = 0;
  U8_PREV_OR_FFFD(text.data(), 0, i, c);
  return u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) != 0 || (c >= 0x3000 && c <= 0x303f) || (c >= 0xff00 && c <= 0xff60);
}

template <typename F>
void for_each_character(std::string_view text, F&& f) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = U8_COUNT_TRAIL_BYTES(static_cast<std::uint8_t>(text[i])) + 1u;
    f(text.substr(i, length));
    i += length;
  }
}

std::vector<std::string> without_terms(std::vector<std::string> terms, const std::vector<std::string>& sorted) {
  std::erase_if(terms, [&](const auto& term) { return std::binary_search(sorted.begin(), sorted.end(), term); });
  return terms;
}

// A sentence without words of its own ("Yes."), the line above a list, a block of code that is still open.
bool needs_more(std::string_view sentence) {
  std::size_t fences = 0;
  for (std::size_t at = sentence.find("```"); at != std::string_view::npos; at = sentence.find("```", at + 3)) ++fences;
  if (fences % 2 == 1) return true;
  const auto text = sentence.substr(0, without_space(sentence));
  return text.ends_with(":") || text.ends_with("\uff1a") || term_set(text).empty();
}

// Both of one text.
bool overlap(std::string_view a, std::string_view b) {
  return a.data() < b.data() + b.size() && b.data() < a.data() + a.size();
}

void add_new(std::vector<int>& numbers, const std::vector<int>& more) {
  for (const int n : more) {
    if (std::find(numbers.begin(), numbers.end(), n) == numbers.end()) numbers.push_back(n);
  }
}

}  // namespace

AnswerStream::AnswerStream(const Evidence* evidence, std::function<void(std::string_view)> on_text)
    : evidence_(evidence),
      on_text_(std::move(on_text)),
      reader_({[this](std::string_view text) { take_text(text); },
               [this](const std::vector<int>& numbers) { take_marker(numbers); }}) {}

void AnswerStream::add(std::string_view text) {
  for_each_character(text, [this](std::string_view character) {
    if (!ended_) reader_.add(character);
  });
}

void AnswerStream::trust_only(std::vector<Quotation> quotations, std::string_view question) {
  quotations_ = std::move(quotations);
  question_ = term_set(question);
  wants_figure_ = asks_for_figure(question);
}

void AnswerStream::take_text(std::string_view characters) {
  for_each_character(characters, [this](std::string_view c) {
    if (ended_) return;
    const bool space = is_space(c[0]);
    if (space && sentence_.empty()) {
      if (!text_.empty()) gap_ += c;
      return;
    }
    if (std::exchange(after_marker_, false) && c.size() == 1 && std::isalnum(static_cast<unsigned char>(c[0])) != 0)
      sentence_ += ' ';
    sentence_ += c;
    while (const auto end = ended_ ? std::nullopt : sentence_end()) complete(*end);
    if (space && ends_in_loop(sentence_)) {
      if (!quotations_.empty() && sentences_.empty()) quote(quotations_.front());
      ended_ = true;
    }
    if (!ended_) show(showable());
  });
}

void AnswerStream::take_marker(const std::vector<int>& numbers) {
  if (ended_) return;
  sentence_.resize(without_space(sentence_));
  after_marker_ = !sentence_.empty();
  std::vector<int> valid;
  for (const int n : numbers) {
    if (evidence_ != nullptr && n >= 1 && n <= evidence_->passages()) add_new(valid, {n});
  }
  if (sentence_.empty()) return add_new(leading_, valid);
  if (!valid.empty()) markers_.push_back({sentence_.size(), std::move(valid)});
}

// Where the sentence in hand is whole, white space after it included.
std::optional<std::size_t> AnswerStream::sentence_end() const {
  std::size_t end = 0;
  while (const auto more = first_sentence_end(std::string_view(sentence_).substr(end))) {
    end += *more;
    if (evidence_ == nullptr || !needs_more(std::string_view(sentence_).substr(0, end))) return end;
  }
  return std::nullopt;
}

bool AnswerStream::supports(int number, std::string_view claim) const {
  return evidence_->best_in(number, claim).score >= Evidence::kSupported;
}

// Moves the markers of sentence_[0, end) to settled_.
void AnswerStream::take_markers(std::size_t end) {
  const auto rest = std::find_if(markers_.begin(), markers_.end(), [&](const Marker& m) { return m.position > end; });
  settled_.assign(markers_.begin(), rest);
  markers_.erase(markers_.begin(), rest);
  for (auto& marker : markers_) marker.position -= end;
  if (leading_.empty()) return;
  const std::size_t place =
      std::max(shown_, marker_place(sentence_.substr(0, without_space(std::string_view(sentence_).substr(0, end)))));
  settled_.push_back({place, std::exchange(leading_, {})});
  std::stable_sort(settled_.begin(), settled_.end(),
                   [](const auto& a, const auto& b) { return a.position < b.position; });
}

// "A [1] and B [2].": each part has its own source.
bool AnswerStream::parts_are_supported(std::string_view claim) {
  std::size_t from = 0;
  auto parts = settled_;
  for (auto& marker : parts) {
    const auto part = claim.substr(from, marker.position - from);
    std::erase_if(marker.numbers, [&](int n) { return !supports(n, part); });
    if (marker.numbers.empty()) return false;
    from = marker.position;
  }
  if (parts.size() < 2 || !term_set(claim.substr(from)).empty()) return false;
  settled_ = std::move(parts);
  return true;
}

// Keeps of settled_ what supports the claim. Where that is nothing, the passage that supports it best is cited, if one
// does; otherwise one marker without a number is left.
void AnswerStream::settle_markers(std::string_view claim) {
  std::vector<int> cited;
  for (const auto& marker : settled_) add_new(cited, marker.numbers);
  std::erase_if(cited, [&](int n) { return !supports(n, claim); });
  if (cited.empty() && parts_are_supported(claim)) return;
  if (!cited.empty()) {
    std::vector<int> open = cited;  // each number once
    for (auto& marker : settled_) {
      std::erase_if(marker.numbers, [&](int n) { return std::find(open.begin(), open.end(), n) == open.end(); });
      for (const int n : marker.numbers) std::erase(open, n);
    }
    std::erase_if(settled_, [](const Marker& marker) { return marker.numbers.empty(); });
    return;
  }
  const auto best = evidence_->best(claim);
  const bool supported = best.score >= Evidence::kSupported;
  settled_ = {{std::max(shown_, marker_place(claim)), supported ? std::vector<int>{best.number} : std::vector<int>{}}};
}

// The quotation that holds what the claim adds to the question in one piece: small models join ends that do not belong
// together, and turn sentences around with a "not". A claim that says little of what the question shares with the
// quotation ("It is not.") could mean anything.
const Quotation* AnswerStream::source_of(std::string_view claim) const {
  if (claim.ends_with("?") || claim.ends_with("\uff1f")) return nullptr;
  const auto added = without_terms(terms(claim), question_);
  const auto claimed = term_set(claim);
  for (const auto& quotation : quotations_) {
    const auto held = term_set(quotation.text);
    const auto quoted = without_terms(terms(quotation.text), question_);
    std::size_t asked = 0, answered = 0;
    for (const auto& term : question_) {
      if (!std::binary_search(held.begin(), held.end(), term)) continue;
      ++asked;
      answered += std::binary_search(claimed.begin(), claimed.end(), term) ? 1 : 0;
    }
    const bool has_figure_asked = !wants_figure_ || has_figure(claim) || !has_figure(quotation.text);
    const bool is_held =
        !added.empty() && std::search(quoted.begin(), quoted.end(), added.begin(), added.end()) != quoted.end();
    if (has_figure_asked && is_held && answered * 2 >= asked && has_negation(claim) == has_negation(quotation.text))
      return &quotation;
  }
  return nullptr;
}

void AnswerStream::quote_beside(Quotation quotation, std::string_view lead) {
  beside_ = std::move(quotation);
  lead_ = lead;
}

// `quotation` as a sentence of the answer, which it ends.
void AnswerStream::quote(const Quotation& quotation) {
  ended_ = true;
  begin_ = text_.size();
  const std::string_view text = quotation.excerpt;
  const std::size_t place = marker_place(text);
  write(text.substr(0, place));
  write_marker({quotation.number});
  write(text.substr(place));
  sentences_.push_back({{static_cast<std::int64_t>(begin_), static_cast<std::int64_t>(text_.size())},
                        quotation.excerpt,
                        {quotation.number}});
}

void AnswerStream::decline() {
  declined_ = true;
  ended_ = true;
}

// The sentence is sentence_[0, end), white space after it included.
void AnswerStream::complete(std::size_t end) {
  const std::size_t size = without_space(std::string_view(sentence_).substr(0, end));
  std::string claim = sentence_.substr(0, size);
  if (repetition_.repeats(claim)) {
    ended_ = true;
    return;
  }
  take_markers(end);
  const bool refuses = evidence_ != nullptr && is_refusal(claim);
  if (refuses && text_.empty() && quotations_.empty()) return decline();
  if (!quotations_.empty()) {
    const Quotation* source = source_of(claim);
    if (source == nullptr && sentences_.empty()) return quote(quotations_.front());
    if (source == nullptr) {
      ended_ = true;
      return;
    }
    settled_ = {{marker_place(claim), {source->number}}};
  } else if (refuses) {
    settled_.clear();
  } else if (evidence_ != nullptr) {
    settle_markers(claim);
  }
  CitedSentence cited{{}, std::move(claim), {}};
  for (const auto& marker : settled_) add_new(cited.numbers, marker.numbers);
  if (requires_support_ && cited.numbers.empty() && text_.empty()) {
    ended_ = true;
    return;
  }
  show_with_markers(size);
  cited.span = {static_cast<std::int64_t>(begin_), static_cast<std::int64_t>(text_.size())};
  if (!refuses) sentences_.push_back(std::move(cited));
  gap_ = sentence_.substr(size, end - size);
  sentence_.erase(0, end);
  shown_ = 0;
}

// What may be written before the sentence is complete: nothing of a sentence that may not be taken, and not the marks
// that a marker may have to go before.
std::size_t AnswerStream::showable() const {
  if (!quotations_.empty() || requires_support_) return 0;
  if (shown_ == 0 && repetition_.may_repeat(sentence_)) return 0;
  if (evidence_ != nullptr && text_.empty() && may_be_refusal(sentence_)) return 0;
  const std::size_t size = markers_.empty() ? without_space(sentence_) : markers_.front().position;
  return marker_place(std::string_view(sentence_).substr(0, size));
}

void AnswerStream::show(std::size_t upto) {
  if (upto <= shown_) return;
  if (shown_ == 0) {
    write(std::exchange(gap_, {}));
    begin_ = text_.size();
  }
  write(std::string_view(sentence_).substr(shown_, upto - shown_));
  shown_ = upto;
}

void AnswerStream::show_with_markers(std::size_t size) {
  for (const auto& marker : settled_) {
    show(marker.position);
    write_marker(marker.numbers);
  }
  settled_.clear();
  show(size);
}

void AnswerStream::write(std::string_view piece) {
  if (piece.empty()) return;
  text_ += piece;
  if (on_text_) on_text_(piece);
}

void AnswerStream::write_marker(const std::vector<int>& numbers) {
  std::string piece = text_.empty() || text_.back() == ']' || ends_ideographic(text_) ? "" : " ";
  if (text_.ends_with("```")) piece = "\n";  // behind words a fence closes nothing
  for (const int n : numbers) piece.append("[").append(std::to_string(n)).append("]");
  if (numbers.empty()) piece += kUnsupportedMark;
  write(piece);
}

void AnswerStream::finish(bool stopped) {
  reader_.finish();
  if (!ended_ && !(stopped && !quotations_.empty())) finish_sentence();
  if (stopped || declined_) return;
  if (evidence_ != nullptr && text_.empty() && beside_.text.empty()) return decline();
  const bool only_refused = !text_.empty() && sentences_.empty();
  if (!only_refused && !beside_.text.empty() && needs_quotation()) {
    write((text_.empty() ? "" : "\n") + lead_);
    quote(beside_);
  }
}

bool AnswerStream::needs_quotation() const {
  const auto rests_on_it = [&](const CitedSentence& sentence) {
    const auto& numbers = sentence.numbers;
    if (std::find(numbers.begin(), numbers.end(), beside_.number) == numbers.end()) return false;
    return overlap(evidence_->best_in(beside_.number, sentence.claim).quote, beside_.place);
  };
  return std::none_of(sentences_.begin(), sentences_.end(), rests_on_it);
}

// What is left when no more comes.
void AnswerStream::finish_sentence() {
  sentence_.resize(without_space(sentence_));
  if (sentence_.empty()) {
    if (!quotations_.empty() && sentences_.empty()) quote(quotations_.front());
    return;
  }
  // The beginning of a repetition that was cut off is one too, unless it is a short sentence of its own.
  const bool cut_repetition = shown_ == 0 && sentence_.size() > 24 && repetition_.may_repeat(sentence_);
  if (!cut_repetition) complete(sentence_.size());
  ended_ = ended_ || cut_repetition;
}

}  // namespace lectern::chat
