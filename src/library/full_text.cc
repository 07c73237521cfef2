#include "library/full_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "library/words.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMaxCached = std::size_t{2} << 20;  // 16 MiB
// A word that more passages hold, and more than this share of all, is left out: a millisecond reads some thousand of
// them, and beside a word that one passage of a hundred holds it weighs a third.
constexpr std::size_t kManyHolders = 20'000;
constexpr std::size_t kMostShare = 5;                     // one of five
constexpr double kSaturation = 1.2, kLengthShare = 0.75;  // k1 and b, FTS5's

constexpr const char* kHolders = "SELECT rowid, 1 FROM chunk_words WHERE chunk_words MATCH ? ORDER BY rowid";
// A word of characters has no ending for FTS5 to take off: it stands in the index as it is.
constexpr const char* kInstances =
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.chunk_word_instances USING fts5vocab(main, chunk_words, instance)";
constexpr const char* kCounts =
    "SELECT doc, count(*) FROM temp.chunk_word_instances WHERE term = ? GROUP BY doc ORDER BY doc";
constexpr const char* kPieces = "SELECT id, word_pieces FROM chunks WHERE id > ? ORDER BY id";

double rarity(std::size_t passages, std::size_t holders) {
  const auto all = static_cast<double>(passages), some = static_cast<double>(holders);
  return std::max(std::log((all - some + 0.5) / (some + 0.5)), 1e-6);
}

}  // namespace

FullText::FullText(Database& database) : database_(database) { database_.execute(kInstances); }

void FullText::refresh(std::span<const std::int64_t> ids) {
  holders_.clear();
  cached_ = 0;
  std::erase_if(chunks_, [&](const Chunk& chunk) { return !std::binary_search(ids.begin(), ids.end(), chunk.id); });
  Statement added(database_, kPieces);
  added.bind(0, chunks_.empty() ? 0 : chunks_.back().id);
  while (added.step()) chunks_.push_back({added.integer(0), static_cast<float>(added.integer(1))});
  double pieces = 0;
  for (const Chunk& chunk : chunks_) pieces += static_cast<double>(chunk.pieces);
  mean_pieces_ = std::max(pieces / static_cast<double>(std::max<std::size_t>(chunks_.size(), 1)), 1.0);
}

const FullText::Holders* FullText::holders(const std::string& word) {
  const auto told = [](const std::optional<Holders>& list) { return list ? &*list : nullptr; };
  if (const auto known = holders_.find(word); known != holders_.end()) return told(known->second);
  if (cached_ > kMaxCached) {
    holders_.clear();
    cached_ = 0;
  }
  Holders out;
  const bool counted = unspaced_share(word) > 0;
  const std::string query = counted ? word : match_any(std::span(&word, 1));
  Statement rows(database_, counted ? kCounts : kHolders);
  rows.bind_text(0, query);
  const std::size_t most = std::max(kManyHolders, chunks_.size() / kMostShare);
  for (auto at = chunks_.begin(); out.size() <= most && rows.step();) {
    const std::int64_t id = rows.integer(0);
    while (at != chunks_.end() && at->id < id) ++at;
    if (at == chunks_.end()) break;
    if (at->id != id) continue;
    out.push_back({static_cast<std::uint32_t>(at - chunks_.begin()), static_cast<float>(rows.integer(1))});
  }
  if (out.size() > most) return told(holders_[word] = std::nullopt);
  cached_ += out.size();
  return told(holders_[word] = std::move(out));
}

std::vector<Match> FullText::search(std::string_view question, std::size_t count) {
  std::vector<float> scores(chunks_.size());
  std::vector<std::uint32_t> found;
  double attainable = 0;
  for (const std::string& word : question_words(question)) {
    const Holders* holders = this->holders(word);
    if (holders == nullptr) continue;
    const double weight = rarity(chunks_.size(), holders->size()) * (kSaturation + 1);
    attainable += weight;
    for (const auto [at, times] : *holders) {
      const double length = static_cast<double>(chunks_[at].pieces) / mean_pieces_;
      if (scores[at] == 0) found.push_back(at);
      scores[at] +=
          static_cast<float>(weight * times / (times + kSaturation * (1 - kLengthShare + kLengthShare * length)));
    }
  }
  count = std::min(count, found.size());
  std::partial_sort(
      found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(),
      [&](std::uint32_t a, std::uint32_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  std::vector<Match> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back({chunks_[found[i]].id, std::min(static_cast<double>(scores[found[i]]) / attainable, 1.0)});
  }
  return out;
}

}  // namespace lectern::library
