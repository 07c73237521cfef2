#include "library/chunker.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "core/letters.h"
#include "lectern/error.h"
#include "library/sentences.h"

namespace lectern::library {
namespace {

constexpr int kMaxHeadingTokens = 48;  // of a chunk's path: more would crowd out the text

// The page at which text byte `at` stands, or nothing.
std::optional<int> page_at(const std::vector<Page>& pages, std::int64_t at) {
  const auto after = std::upper_bound(pages.begin(), pages.end(), at, [](std::int64_t position, const Page& page) {
    return position < page.span.begin;
  });
  return after == pages.begin() ? std::nullopt : std::optional(std::prev(after)->number);
}

std::string_view part(std::string_view text, Span span) {
  return text.substr(static_cast<std::size_t>(span.begin), static_cast<std::size_t>(span.end - span.begin));
}

std::string join(std::span<const std::string> titles, std::string_view between) {
  std::string out;
  for (const std::string& title : titles) out += (out.empty() ? "" : std::string(between)) + title;
  return out;
}

}  // namespace

struct Chunker::Unit {
  Span span;
  std::vector<TokenId> tokens;
  bool paragraph = false;  // the first of one

  int size() const { return static_cast<int>(tokens.size()); }
};

struct Chunker::Section {
  Span span;                        // its own heading, those directly above it, and the text below
  std::vector<std::string> titles;  // of all headings that it stands under, outermost first
  std::size_t above = 0;            // of these, the ones that do not stand in `span`
};

Chunker::Chunker(const Tokenizer& tokenizer, int max_tokens) : tokenizer_(tokenizer), max_tokens_(max_tokens) {
  const auto with = tokenizer.encode("a", {true, false}), without = tokenizer.encode("a", {false, false});
  const auto at = std::search(with.begin(), with.end(), without.begin(), without.end());
  prefix_.assign(with.begin(), at);
  suffix_.assign(at + std::min<std::ptrdiff_t>(std::ssize(without), with.end() - at), with.end());
  if (max_tokens_ < static_cast<int>(prefix_.size() + suffix_.size()) + 16) {
    throw Error(ErrorCode::kInvalidArgument, "The embedding model reads too few tokens at once (" +
                                                 std::to_string(max_tokens_) + ") to embed passages.");
  }
}

std::vector<Chunk> Chunker::chunk(const Document& document) const {
  std::vector<Chunk> out;
  for (const Section& section : sections(document)) pack(document, section, out);
  return out;
}

// A heading with nothing below it but the next heading belongs to that one's section.
std::vector<Chunker::Section> Chunker::sections(const Document& document) const {
  std::vector<Section> out;
  std::vector<std::pair<int, std::string>> path;
  Section section;
  std::int64_t body = 0;  // where the section's text begins
  bool open = false;      // there is a heading without a text so far
  const auto close = [&](std::int64_t end) {
    const Span text = trimmed(document.text, {body, end});
    if (text.begin == text.end) return;
    section.span.end = end;
    for (const auto& [level, title] : path) section.titles.push_back(title);
    out.push_back(std::move(section));
    section = {};
    open = false;
  };
  for (const Heading& heading : document.headings) {
    close(heading.span.begin);
    while (!path.empty() && path.back().first >= heading.level) path.pop_back();
    section.above = open ? std::min(section.above, path.size()) : path.size();
    if (!open) section.span.begin = heading.span.begin;
    path.emplace_back(heading.level, part(document.text, heading.span));
    body = heading.span.end;
    open = true;
  }
  if (open) body = section.span.begin;  // the text may end with a heading
  close(static_cast<std::int64_t>(document.text.size()));
  return out;
}

std::vector<TokenId> Chunker::encode(std::string_view text, Span span) const {
  return tokenizer_.encode(part(text, span), {.add_special_tokens = false, .parse_special_tokens = false});
}

std::vector<Chunker::Unit> Chunker::units(std::string_view text, Span within, int capacity) const {
  std::vector<Unit> out;
  std::int64_t last = within.begin;
  for (const Span& sentence : sentences(text, within)) {
    const bool paragraph = part(text, {last, sentence.begin}).find("\n\n") != std::string_view::npos;
    const std::size_t first = out.size();
    append_sentence(text, sentence, capacity, out);
    if (first < out.size()) out[first].paragraph = paragraph;
    last = sentence.end;
  }
  return out;
}

void Chunker::append_sentence(std::string_view text, Span sentence, int capacity, std::vector<Unit>& out) const {
  Unit unit{sentence, encode(text, sentence), false};
  if (unit.size() <= capacity) {
    out.push_back(std::move(unit));
    return;
  }
  const std::size_t first = out.size();
  for (const Span& word : words(text, sentence)) {
    auto tokens = encode(text, word);
    const int size = static_cast<int>(tokens.size());
    if (size > capacity) {
      append_word(text, word, capacity, out);
    } else if (out.size() > first && out.back().size() + size <= capacity) {
      out.back().span.end = word.end;
      out.back().tokens.insert(out.back().tokens.end(), tokens.begin(), tokens.end());
    } else {
      out.push_back({word, std::move(tokens), false});
    }
  }
}

// The longest beginnings that fit, one after another. A beginning has no fewer pieces the longer it is, nearly always:
// where a tokenizer breaks that rule a part is only shorter than it might be.
void Chunker::append_word(std::string_view text, Span word, int capacity, std::vector<Unit>& out) const {
  while (word.begin < word.end) {
    std::int64_t fits = word.begin, low = word.begin + 1, high = word.end;
    std::vector<TokenId> best;
    while (low <= high) {
      std::int64_t middle = low + (high - low) / 2;
      while (middle < word.end && !begins_character(text[static_cast<std::size_t>(middle)])) ++middle;
      auto tokens = encode(text, {word.begin, middle});
      if (static_cast<int>(tokens.size()) <= capacity) {
        fits = middle;
        best = std::move(tokens);
        low = middle + 1;
      } else {
        high = low + (high - low) / 2 - 1;
      }
    }
    if (fits == word.begin) throw Error(ErrorCode::kInternal, "A character has more pieces than a chunk may.");
    out.push_back({{word.begin, fits}, std::move(best), false});
    word.begin = fits;
  }
}

// What is embedded before the text; the innermost heading says most.
std::vector<TokenId> Chunker::encode_path(std::span<const std::string> titles, int most) const {
  while (!titles.empty()) {
    auto tokens = tokenizer_.encode(join(titles, ". ") + ": ", {false, false});
    if (static_cast<int>(tokens.size()) <= most) return tokens;
    titles = titles.subspan(1);
  }
  return {};
}

// How many of `units` the first piece takes: nearest to `target` pieces; an end between paragraphs may be a fifth of a
// piece further off.
std::size_t Chunker::piece_end(std::span<const Unit> units, double target, int capacity) {
  int size = units[0].size();
  double best = std::numeric_limits<double>::max();
  std::size_t chosen = 1;
  for (std::size_t end = 1;; size += units[end++].size()) {
    const bool border = end == units.size() || units[end].paragraph;
    const double distance = std::abs(size - target) + (border ? 0 : 0.2 * capacity);
    if (distance <= best) {
      best = distance;
      chosen = end;
    }
    if (end == units.size() || size + units[end].size() > capacity) return chosen;
  }
}

// Pieces of like length, of `capacity` at most unless one unit has more.
std::vector<std::span<const Chunker::Unit>> Chunker::cut(std::span<const Unit> units, int capacity) {
  std::vector<std::span<const Unit>> out;
  int left = 0;
  for (const Unit& unit : units) left += unit.size();
  while (!units.empty()) {
    const int pieces = std::max((left + capacity - 1) / capacity, 1);
    out.push_back(units.first(piece_end(units, static_cast<double>(left) / pieces, capacity)));
    for (const Unit& unit : out.back()) left -= unit.size();
    units = units.subspan(out.back().size());
  }
  return out;
}

std::vector<TokenId> Chunker::input(const std::vector<TokenId>& path, std::span<const Unit> units) const {
  std::vector<TokenId> out = prefix_;
  out.insert(out.end(), path.begin(), path.end());
  for (const Unit& unit : units) out.insert(out.end(), unit.tokens.begin(), unit.tokens.end());
  out.insert(out.end(), suffix_.begin(), suffix_.end());
  return out;
}

void Chunker::pack(const Document& document, const Section& section, std::vector<Chunk>& out) const {
  const int room = max_tokens_ - static_cast<int>(prefix_.size() + suffix_.size());
  const int most = std::min(kMaxHeadingTokens, room / 4);
  const auto path = encode_path(section.titles, most);
  const auto above = encode_path(std::span(section.titles).first(section.above), most);
  const int capacity = room - static_cast<int>(std::max(path.size(), above.size()));
  const auto units = this->units(document.text, section.span, capacity);
  bool first = true;  // of the section: its own headings are in the text
  for (const std::span<const Unit> piece : cut(units, capacity)) {
    Chunk chunk;
    chunk.span = {piece.front().span.begin, piece.back().span.end};
    chunk.page = page_at(document.pages, chunk.span.begin);
    chunk.heading = join(section.titles, " › ");
    for (const Unit& unit : piece) chunk.word_pieces += unit.size();
    for (const std::span<const Unit> part : cut(piece, std::min(kPartPieces, capacity))) {
      chunk.parts.push_back(input(first ? above : path, part));
      first = false;
    }
    out.push_back(std::move(chunk));
  }
}

}  // namespace lectern::library
