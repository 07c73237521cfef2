#include "server/embeddings.h"

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>

#include "server/api_error.h"
#include "server/json_text.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

std::string base64(std::span<const unsigned char> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) text += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

// Little-endian F32, as clients expect it.
std::string base64(std::span<const float> vector) {
  static_assert(std::endian::native == std::endian::little);
  std::vector<unsigned char> bytes(vector.size_bytes());
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  return base64(std::span<const unsigned char>(bytes));
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
