#include "server/embeddings.h"

#include <openssl/evp.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <span>

#include "server/api_error.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

std::string embeddings_json(const EmbeddingRequest& request, Engine& embedder) {
  const int size = embedder.info().embedding_size;
  if (request.dimensions.value_or(size) != size)
    throw ApiError(400, "dimensions has to be " + std::to_string(size) + ", as the model has it.", "dimensions",
                   "invalid_value");
  const auto tokens = tokens_of(request, embedder);
  const auto vectors = embedder.embed(tokens);
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
