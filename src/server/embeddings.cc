#include "server/embeddings.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <span>

#include "server/api_error.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

// Tokens of one call of the engine: some steps of it. Who went away is noticed between two of them.
constexpr std::size_t kPieceTokens = 4096;

// Little-endian F32, as clients expect it.
std::string base64(std::span<const float> vector) {
  static_assert(std::endian::native == std::endian::little);
  const auto bytes = std::as_bytes(vector);
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // with the zero that ends it
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::vector<std::vector<TokenId>> tokens_of(const EmbeddingRequest& request, const Engine& embedder) {
  if (!request.tokens.empty()) return request.tokens;
  std::vector<std::vector<TokenId>> tokens;
  for (const auto& text : request.texts)
    tokens.push_back(embedder.tokenizer().encode(text, {.add_special_tokens = true, .parse_special_tokens = false}));
  return tokens;
}

void check_lengths(std::span<const std::vector<TokenId>> texts, const ModelInfo& model) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() > static_cast<std::size_t>(model.context_length))
      throw ApiError(400,
                     fmt::format("Text {} of the input has {} tokens, and {} reads {}: cut it first.", i,
                                 texts[i].size(), model.name, model.context_length),
                     "input", "context_length_exceeded");
  }
}

// The texts from `begin` on that make a piece.
std::size_t end_of_piece(std::span<const std::vector<TokenId>> texts, std::size_t begin) {
  std::size_t tokens = 0, end = begin;
  while (end < texts.size() && tokens < kPieceTokens) tokens += texts[end++].size();
  return end;
}

// Those that were done when it was stopped.
std::vector<std::vector<float>> embed_in_pieces(std::span<const std::vector<TokenId>> texts, Engine& embedder,
                                                const std::stop_token& stop) {
  std::vector<std::vector<float>> vectors;
  for (std::size_t begin = 0; begin < texts.size() && !stop.stop_requested();) {
    const std::size_t end = end_of_piece(texts, begin);
    for (auto& vector : embedder.embed(texts.subspan(begin, end - begin))) vectors.push_back(std::move(vector));
    begin = end;
  }
  return vectors;
}

}  // namespace

std::optional<std::string> embeddings_json(const EmbeddingRequest& request, Engine& embedder,
                                           const std::stop_token& stop) {
  const int size = embedder.info().embedding_size;
  if (request.dimensions.value_or(size) != size)
    throw ApiError(400, "dimensions has to be " + std::to_string(size) + ", as the model has it.", "dimensions",
                   "invalid_value");
  const auto tokens = tokens_of(request, embedder);
  check_lengths(tokens, embedder.info());
  const auto vectors = embed_in_pieces(tokens, embedder, stop);
  if (vectors.size() < tokens.size()) return std::nullopt;
  std::size_t total = 0;
  Json data = Json::array();
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    total += tokens[i].size();
    data.push_back({{"object", "embedding"}, {"index", i}});
    if (request.base64)
      data.back()["embedding"] = base64(std::span(vectors[i]));
    else
      data.back()["embedding"] = vectors[i];
  }
  const Json json = {{"object", "list"},
                     {"data", std::move(data)},
                     {"model", request.model},
                     {"usage", {{"prompt_tokens", total}, {"total_tokens", total}}}};
  return dump(json);
}

}  // namespace lectern::server
