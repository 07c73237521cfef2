#include "library/retriever.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <unordered_map>

#include "core/moment.h"
#include "core/paths.h"
#include "library/time_marks.h"
#include "library/words.h"
#include "library/youtube/address.h"

namespace lectern::library {
namespace {

constexpr std::size_t kCandidates = 100;  // of each search
// Share of the cosine in a passage's score; the rest is its BM25 relative to the question's best (Bruch et al. 2022 on
// why scores are fused rather than ranks). 0.7 and 0.8 find the same on the development questions.
constexpr double kDenseShare = 0.7;
constexpr const char* kFullText =
    "SELECT rowid, -bm25(chunk_words, 1.5, 1.0) FROM chunk_words WHERE chunk_words MATCH ? ORDER BY 2 DESC, 1 LIMIT ?";

}  // namespace

Retriever::Retriever(Store& store, Engine& embedder)
    : store_(store),
      embedder_(embedder),
      vectors_(make_flat_index(static_cast<std::size_t>(embedder.info().embedding_size))) {}

std::vector<Passage> Retriever::search(std::string_view question, int top_k) {
  if (top_k <= 0 || question.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  const std::vector<float> query = embed(question);
  const std::lock_guard lock(mutex_);
  Transaction snapshot(store_.database(), Transaction::Kind::kRead);
  refresh();
  const std::size_t count = std::max(kCandidates, static_cast<std::size_t>(top_k));
  auto ranked = fuse(vectors_->nearest(query, count), full_text(question, count), query);
  if (ranked.size() > static_cast<std::size_t>(top_k)) ranked.resize(static_cast<std::size_t>(top_k));
  std::vector<Passage> out;
  for (const Ranked& one : ranked) out.push_back(passage(one));
  return out;
}

std::vector<double> Retriever::similarities(std::string_view text, std::span<const std::string> others) const {
  std::vector<std::vector<TokenId>> texts = {tokens(text)};
  for (const std::string& other : others) texts.push_back(tokens(other));
  const auto vectors = embedder_.embed(texts);
  std::vector<double> cosines;
  for (std::size_t i = 1; i < vectors.size(); ++i)
    cosines.push_back(std::inner_product(vectors[0].begin(), vectors[0].end(), vectors[i].begin(), 0.0));
  return cosines;
}

// A text longer than the encoder reads is cut: its beginning says what it is about.
std::vector<TokenId> Retriever::tokens(std::string_view text) const {
  auto found = embedder_.tokenizer().encode(text, {.add_special_tokens = true, .parse_special_tokens = false});
  const auto most = static_cast<std::size_t>(std::max(embedder_.info().context_length, 2));
  if (found.size() > most) {
    found[most - 1] = found.back();  // [SEP]
    found.resize(most);
  }
  return found;
}

std::vector<float> Retriever::embed(std::string_view question) const {
  const std::vector<std::vector<TokenId>> texts = {tokens(question)};
  return embedder_.embed(texts).front();
}

// Inside a read transaction. Chunks never change: new ones have larger ids.
void Retriever::refresh() {
  Database& database = store_.database();
  const std::int64_t version = database.pragma("data_version");
  if (version == data_version_) return;
  if (vectors_->size() > 0) {
    std::vector<std::int64_t> ids;
    Statement all(database, "SELECT id FROM chunks INDEXED BY chunks_of_document");
    while (all.step()) ids.push_back(all.integer(0));
    std::sort(ids.begin(), ids.end());
    vectors_->retain(ids);
  }
  Statement added(database,
                  "SELECT c.id, c.embedding FROM chunks c JOIN documents d ON d.id = c.document JOIN recipes r ON "
                  "r.id = d.recipe WHERE c.id > ? AND r.embedding_model = ? AND r.embedding_size = ? ORDER BY c.id");
  const ModelInfo& model = embedder_.info();
  added.bind(0, last_chunk_).bind_text(1, model.content_hash).bind(2, std::int64_t{model.embedding_size});
  std::vector<std::uint16_t> row(static_cast<std::size_t>(model.embedding_size));
  while (added.step()) {
    const std::string_view bytes = added.blob(1);
    if (bytes.size() != row.size() * 2) continue;  // damaged: full-text search still finds it
    std::memcpy(row.data(), bytes.data(), bytes.size());
    last_chunk_ = added.integer(0);
    vectors_->add(last_chunk_, row);
  }
  data_version_ = version;
}

std::vector<Retriever::Match> Retriever::full_text(std::string_view question, std::size_t count) {
  std::vector<Match> out;
  const std::string query = match_query(question);
  if (query.empty()) return out;
  Statement found(store_.database(), kFullText);
  found.bind_text(0, query).bind(1, static_cast<std::int64_t>(count));
  while (found.step()) out.push_back({found.integer(0), found.real(1)});
  return out;
}

std::vector<Retriever::Ranked> Retriever::fuse(std::span<const Neighbor> dense, std::span<const Match> words,
                                               std::span<const float> query) const {
  std::unordered_map<std::int64_t, Ranked> by_chunk;
  for (const Neighbor& one : dense) by_chunk[one.id] = {one.id, kDenseShare * one.similarity, one.similarity};
  const double best = words.empty() ? 1 : std::max(words.front().relevance, 1e-9);
  for (const Match& match : words) {
    Ranked& one = by_chunk[match.chunk];
    if (one.chunk == 0) {
      const double similarity = vectors_->similarity(match.chunk, query);
      one = {match.chunk, kDenseShare * similarity, similarity};
    }
    one.score += (1 - kDenseShare) * match.relevance / best;
  }
  std::vector<Ranked> out;
  for (const auto& [id, one] : by_chunk) out.push_back(one);
  std::sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
  });
  return out;
}

Passage Retriever::passage(const Ranked& ranked) {
  Statement row(store_.database(),
                "SELECT d.path, c.page, c.heading, c.span_begin, c.span_end, "
                "substr(CAST(d.text AS BLOB), c.span_begin + 1, c.span_end - c.span_begin), d.id "
                "FROM chunks c JOIN documents d ON d.id = c.document WHERE c.id = ?");
  Passage out;
  if (!row.bind(0, ranked.chunk).step()) return out;
  out.chunk = ranked.chunk;
  out.file = row.blob(0);
  if (!row.is_null(1)) out.page = static_cast<int>(row.integer(1));
  out.heading = row.text(2);
  out.span = {row.integer(3), row.integer(4)};
  out.text = row.blob(5);
  out.score = ranked.score;
  out.similarity = ranked.similarity;
  out.times = time_marks(store_.database(), row.integer(6), out.span);
  if (!out.times.empty()) out.time_ms = out.times.front().milliseconds;
  if (out.time_ms && is_video_url(out.file)) out.url = link_to_moment(out.file, *out.time_ms);
  return out;
}

}  // namespace lectern::library
