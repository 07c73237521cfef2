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

namespace lectern::chat {
namespace {

constexpr auto kEndMarks = std::to_array<std::string_view>(
    {".", "!", "?", ":", ";", "\u3002", "\uff01", "\uff1f", "\u2026", "\uff1a", "\uff1b"});
constexpr auto kClosers =
    std::to_array<std::string_view>({")", "\"", "'", "*", "_", "\u201d", "\u2019", "\u300d", "\u300f", "\uff09"});

// Below it a passage says nothing of a sentence that cites it.
constexpr double kUnrelated = 0.2;
// Words of a claim from which on its support can be judged.
constexpr std::size_t kJudgedTerms = 3;

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
    while (const auto end = ended_ ? std::nullopt : first_sentence_end(sentence_)) complete(*end);
    if (space && ends_in_loop(sentence_)) {
      if (!quotations_.empty() && sentences_.empty()) return quote();
      ended_ = true;
    }
    if (!ended_) show(showable());
  });
}

void AnswerStream::take_marker(const std::vector<int>& numbers) {
  if (ended_) return;
  sentence_.resize(without_space(sentence_));
  after_marker_ = !sentence_.empty();
  auto valid = checked(numbers);
  if (sentence_.empty()) return add_new(leading_, valid);
  if (!markers_.empty() && markers_.back().position == sentence_.size()) {
    std::erase_if(valid, [&](int n) {
      const auto& before = markers_.back().numbers;
      return std::find(before.begin(), before.end(), n) != before.end();
    });
  }
  if (!valid.empty()) markers_.push_back({sentence_.size(), std::move(valid)});
}

// The numbers that exist. One whose passage says nothing of the sort gives way to the passage that does.
std::vector<int> AnswerStream::checked(const std::vector<int>& numbers) const {
  std::vector<int> valid;
  if (evidence_ == nullptr) return valid;
  const std::size_t from = markers_.empty() ? 0 : markers_.back().position;
  const auto claim = std::string_view(sentence_).substr(from);
  const bool judged = term_set(claim).size() >= kJudgedTerms;
  for (int n : numbers) {
    if (n < 1 || n > evidence_->passages()) continue;
    if (judged && evidence_->best_in(n, claim).score < kUnrelated) {
      const auto better = supporting(claim);
      if (!better.empty()) n = better.front();
    }
    add_new(valid, {n});
  }
  return valid;
}

std::vector<int> AnswerStream::supporting(std::string_view claim) const {
  if (evidence_ == nullptr) return {};
  const auto support = evidence_->best(claim);
  return support.score >= Evidence::kSupported ? std::vector<int>{support.number} : std::vector<int>{};
}

std::size_t AnswerStream::open_markers(std::size_t end) const {
  return static_cast<std::size_t>(
      std::count_if(markers_.begin(), markers_.end(), [&](const Marker& m) { return m.position <= end; }));
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

// The answer is the best quotation and nothing else.
void AnswerStream::quote() {
  ended_ = true;
  const Quotation quotation = quotations_.front();
  begin_ = text_.size();
  const std::size_t place = marker_place(quotation.text);
  write(std::string_view(quotation.text).substr(0, place));
  write_marker({quotation.number});
  write(std::string_view(quotation.text).substr(place));
  sentences_.push_back({{static_cast<std::int64_t>(begin_), static_cast<std::int64_t>(text_.size())},
                        quotation.text,
                        {quotation.number}});
}

// The sentence is sentence_[0, end), white space after it included.
void AnswerStream::complete(std::size_t end) {
  const std::size_t size = without_space(std::string_view(sentence_).substr(0, end));
  std::string claim = sentence_.substr(0, size);
  if (repetition_.repeats(claim)) {
    ended_ = true;
    return;
  }
  if (!quotations_.empty()) {
    const Quotation* source = source_of(claim);
    if (source == nullptr && sentences_.empty()) return quote();
    if (source == nullptr) {
      ended_ = true;
      return;
    }
    markers_.clear();
    leading_ = {source->number};
  }
  if (open_markers(end) == 0) {
    auto numbers = leading_.empty() ? supporting(claim) : leading_;
    if (!numbers.empty()) {
      markers_.insert(markers_.begin(), {std::max(shown_, marker_place(claim)), std::move(numbers)});
    }
  }
  show(size);

  CitedSentence cited{
      {static_cast<std::int64_t>(begin_), static_cast<std::int64_t>(text_.size())}, std::move(claim), {}};
  const auto used = static_cast<std::ptrdiff_t>(open_markers(end));
  for (auto marker = markers_.begin(); marker != markers_.begin() + used; ++marker)
    add_new(cited.numbers, marker->numbers);
  sentences_.push_back(std::move(cited));

  gap_ = sentence_.substr(size, end - size);
  sentence_.erase(0, end);
  markers_.erase(markers_.begin(), markers_.begin() + used);
  for (auto& marker : markers_) marker.position -= end;
  leading_.clear();
  shown_ = written_markers_ = 0;
}

// What may be written before the sentence is complete: not the marks that a marker may have to go before, and nothing
// of what may turn out to be a repetition.
std::size_t AnswerStream::showable() const {
  if (!quotations_.empty()) return 0;
  if (shown_ == 0 && repetition_.may_repeat(sentence_)) return 0;
  const std::size_t size = without_space(sentence_);
  return markers_.empty() ? marker_place(std::string_view(sentence_).substr(0, size)) : size;
}

void AnswerStream::show(std::size_t upto) {
  if (upto <= shown_ && written_markers_ == markers_.size()) return;
  if (shown_ == 0 && upto > 0) {
    write(std::exchange(gap_, {}));
    begin_ = text_.size();
  }
  for (; written_markers_ < markers_.size() && markers_[written_markers_].position <= upto; ++written_markers_) {
    const Marker& marker = markers_[written_markers_];
    write(std::string_view(sentence_).substr(shown_, marker.position - shown_));
    shown_ = marker.position;
    write_marker(marker.numbers);
  }
  if (upto <= shown_) return;
  write(std::string_view(sentence_).substr(shown_, upto - shown_));
  shown_ = upto;
}

void AnswerStream::write(std::string_view piece) {
  if (piece.empty()) return;
  text_ += piece;
  if (on_text_) on_text_(piece);
}

void AnswerStream::write_marker(const std::vector<int>& numbers) {
  std::string piece = text_.empty() || text_.back() == ']' || ends_ideographic(text_) ? "" : " ";
  for (const int n : numbers) piece.append("[").append(std::to_string(n)).append("]");
  write(piece);
}

void AnswerStream::finish(bool stopped) {
  reader_.finish();
  if (ended_ || (stopped && !quotations_.empty())) return;
  sentence_.resize(without_space(sentence_));
  if (sentence_.empty()) {
    if (!quotations_.empty() && sentences_.empty()) quote();
    return;
  }
  // The beginning of a repetition that was cut off is one too, unless it is a short sentence of its own.
  const bool cut_repetition = shown_ == 0 && sentence_.size() > 24 && repetition_.may_repeat(sentence_);
  if (cut_repetition)
    ended_ = true;
  else
    complete(sentence_.size());
}

}  // namespace lectern::chat
