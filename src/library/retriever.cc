#include "library/retriever.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <unordered_map>

#include "core/paths.h"
#include "library/words.h"

namespace lectern::library {
namespace {

// Of each search. Beyond these a passage of one list has too little to win by the other.
constexpr std::size_t kNearest = 200;
constexpr std::size_t kMatches = 300;
// Share of the cosine in a passage's score, the rest is BM25's (Bruch et al. 2022 on why scores are fused rather than
// ranks). MiniLM reads English: the more of a question is Chinese, the less it counts. docs/retrieval.md has the
// figures.
constexpr double kDenseShare = 0.6;

}  // namespace

Retriever::Retriever(Store& store, Engine& embedder)
    : store_(store),
      embedder_(embedder),
      vectors_(make_flat_index(static_cast<std::size_t>(embedder.info().embedding_size))),
      stored_(store.database(), static_cast<std::size_t>(embedder.info().embedding_size)),
      full_text_(store.database()) {}

std::vector<Passage> Retriever::search(std::string_view question, int top_k) {
  if (top_k <= 0 || question.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  const std::vector<float> query = embed(question);
  const std::lock_guard lock(mutex_);
  Transaction snapshot(store_.database(), Transaction::Kind::kRead);
  refresh();
  const auto count = static_cast<std::size_t>(top_k);
  return passages(store_.database(), fuse(question, query, count), count);
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
  std::vector<std::int64_t> ids;
  Statement all(database, "SELECT id FROM chunks INDEXED BY chunks_of_document");
  while (all.step()) ids.push_back(all.integer(0));
  std::sort(ids.begin(), ids.end());
  vectors_->retain(ids);
  full_text_.refresh(ids);
  Statement added(database,
                  "SELECT c.id, c.embedding FROM chunks c JOIN documents d ON d.id = c.document JOIN recipes r ON "
                  "r.id = d.recipe WHERE c.id > ? AND r.embedding_model = ? AND r.embedding_size = ? ORDER BY c.id");
  const ModelInfo& model = embedder_.info();
  added.bind(0, last_chunk_).bind_text(1, model.content_hash).bind(2, std::int64_t{model.embedding_size});
  const std::size_t size = static_cast<std::size_t>(model.embedding_size) * 2;  // bytes of a vector
  std::vector<std::uint16_t> vectors;
  while (added.step()) {
    const std::string_view bytes = added.blob(1);
    if (bytes.empty() || bytes.size() % size != 0) continue;  // damaged: full-text search still finds it
    vectors.resize(bytes.size() / 2);
    std::memcpy(vectors.data(), bytes.data(), bytes.size());
    last_chunk_ = added.integer(0);
    vectors_->add(last_chunk_, vectors);
  }
  data_version_ = version;
}

std::vector<Ranked> Retriever::fuse(std::string_view question, std::span<const float> query, std::size_t count) {
  const double dense = kDenseShare * (1 - unspaced_share(question));
  std::unordered_map<std::int64_t, Ranked> by_chunk;
  auto nearest = vectors_->nearest(query, std::max(kNearest, count));
  stored_.settle(nearest, query);
  for (const Neighbor& one : nearest) {
    by_chunk[one.id] = {one.id, dense * one.similarity, one.similarity};
  }
  for (const Match& match : full_text_.search(question, std::max(kMatches, count))) {
    Ranked& one = by_chunk[match.chunk];
    if (one.chunk == 0) {
      const double similarity = vectors_->similarity(match.chunk, query);
      one = {match.chunk, dense * similarity, similarity};
    }
    one.score += (1 - dense) * match.relevance;
  }
  std::vector<Ranked> out;
  for (const auto& [id, one] : by_chunk) out.push_back(one);
  std::sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
  });
  return out;
}

}  // namespace lectern::library
