#include "library/passages.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/moment.h"
#include "library/chunker.h"
#include "library/time_marks.h"
#include "library/youtube/address.h"

namespace lectern::library {
namespace {

// Share of words in common from which on two texts say the same, if their numbers are the same.
constexpr double kSame = 0.9;
constexpr int kMaxPieces = kMaxChunkTokens - 2;

constexpr const char* kRow =
    "SELECT c.document, c.word_pieces, d.path, c.page, c.heading, c.span_begin, c.span_end "
    "FROM chunks c JOIN documents d ON d.id = c.document WHERE c.id = ?";
constexpr const char* kText = "SELECT substr(CAST(text AS BLOB), ? + 1, ?) FROM documents WHERE id = ?";

struct Found {
  Passage passage;
  std::int64_t document = 0;
  std::int64_t first = 0, last = 0;  // chunks
  std::int64_t pieces = 0;
  std::vector<std::string_view> words;  // of the passage's text, sorted, each once
};

std::string text(Database& database, std::int64_t document, Span span) {
  Statement row(database, kText);
  row.bind(0, span.begin).bind(1, span.end - span.begin).bind(2, document);
  return row.step() ? std::string(row.blob(0)) : std::string();
}

std::optional<Found> find(Database& database, const Ranked& ranked) {
  Statement row(database, kRow);
  if (!row.bind(0, ranked.chunk).step()) return std::nullopt;
  Found out;
  out.document = row.integer(0);
  out.pieces = row.integer(1);
  out.first = out.last = ranked.chunk;
  Passage& passage = out.passage;
  passage.chunk = ranked.chunk;
  passage.file = row.blob(2);
  if (!row.is_null(3)) passage.page = static_cast<int>(row.integer(3));
  passage.heading = row.text(4);
  passage.span = {row.integer(5), row.integer(6)};
  passage.score = ranked.score;
  passage.similarity = ranked.similarity;
  return out;
}

std::vector<std::string_view> words(std::string_view text) {
  const auto is_word = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(c) != 0; };
  std::vector<std::string_view> out;
  for (auto begin = std::find_if(text.begin(), text.end(), is_word); begin != text.end();) {
    const auto end = std::find_if_not(begin, text.end(), is_word);
    out.emplace_back(begin, end);
    begin = std::find_if(end, text.end(), is_word);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Numbers stand first among sorted words.
bool same_numbers(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  const auto is_word = [](std::string_view word) { return static_cast<unsigned char>(word.front()) > '9'; };
  return std::equal(a.begin(), std::find_if(a.begin(), a.end(), is_word), b.begin(),
                    std::find_if(b.begin(), b.end(), is_word));
}

bool same(const Found& a, const Found& b) {
  if (!same_numbers(a.words, b.words)) return false;
  std::vector<std::string_view> both;
  std::set_intersection(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(), std::back_inserter(both));
  const std::size_t all = a.words.size() + b.words.size() - both.size();
  return all > 0 && static_cast<double>(both.size()) >= kSame * static_cast<double>(all);
}

bool are_neighbours(const Found& a, const Found& b) {
  return a.document == b.document && (a.last + 1 == b.first || b.last + 1 == a.first) &&
         a.pieces + b.pieces <= kMaxPieces;
}

std::vector<PageMark> pages(Database& database, std::int64_t document, Span span) {
  Statement rows(database,
                 "SELECT span_begin, number FROM pages WHERE document = ? AND span_begin < ? AND span_end > ? "
                 "ORDER BY span_begin");
  rows.bind(0, document).bind(1, span.end).bind(2, span.begin);
  std::vector<PageMark> out;
  while (rows.step()) out.push_back({rows.integer(0), static_cast<int>(rows.integer(1))});
  return out;
}

void read(Database& database, Found& found) {
  Passage& passage = found.passage;
  passage.text = text(database, found.document, passage.span);
  passage.pages = pages(database, found.document, passage.span);
  passage.times = time_marks(database, found.document, passage.span);
  if (!passage.times.empty()) passage.time_ms = passage.times.front().milliseconds;
  if (passage.time_ms && is_video_url(passage.file)) passage.url = link_to_moment(passage.file, *passage.time_ms);
  found.words = words(found.passage.text);
}

// `better` keeps its score, heading and chunk.
void join(Database& database, Found& better, const Found& other) {
  if (other.first < better.first) better.passage.page = other.passage.page;
  better.passage.span.begin = std::min(better.passage.span.begin, other.passage.span.begin);
  better.passage.span.end = std::max(better.passage.span.end, other.passage.span.end);
  better.passage.similarity = std::max(better.passage.similarity, other.passage.similarity);
  better.first = std::min(better.first, other.first);
  better.last = std::max(better.last, other.last);
  better.pieces += other.pieces;
  read(database, better);
}

}  // namespace

std::vector<Passage> passages(Database& database, std::span<const Ranked> ranked, std::size_t count) {
  std::vector<Found> kept;
  kept.reserve(std::min(count, ranked.size()));  // words point into texts, which must not move
  for (const Ranked& one : ranked) {
    if (kept.size() == count) break;
    auto found = find(database, one);
    if (!found) continue;
    const auto beside =
        std::find_if(kept.begin(), kept.end(), [&](const Found& better) { return are_neighbours(better, *found); });
    if (beside != kept.end()) {
      join(database, *beside, *found);
      continue;
    }
    kept.push_back(std::move(*found));
    read(database, kept.back());
    if (std::any_of(kept.begin(), kept.end() - 1, [&](const Found& better) { return same(better, kept.back()); })) {
      kept.pop_back();
    }
  }
  std::vector<Passage> out;
  for (Found& found : kept) out.push_back(std::move(found.passage));
  return out;
}

}  // namespace lectern::library
