#include "library/fake_embedder.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "lectern/error.h"

namespace lectern::test {
namespace {

TokenId hashed(std::string_view piece) {
  std::uint32_t hash = 2166136261u;
  for (const char c : piece) {
    hash = (hash ^ static_cast<unsigned char>(std::tolower(static_cast<unsigned char>(c)))) * 16777619u;
  }
  return static_cast<TokenId>(hash % ((1u << 20) - 3) + 3);
}

std::size_t character_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

}  // namespace

std::vector<TokenId> PieceTokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  std::vector<TokenId> out;
  if (options.add_special_tokens) out.push_back(kStart);
  std::size_t piece = 0;  // where the open one begins
  const auto close = [&](std::size_t end) {
    if (end > piece) out.push_back(hashed(text.substr(piece, end - piece)));
    piece = end;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = std::min(character_bytes(text[i]), text.size() - i);
    if (std::isalnum(c) != 0) {
      if (i - piece == 4) close(i);
    } else {
      close(i);
      if (std::isspace(c) == 0) close(i + bytes);
      piece = i + bytes;
    }
    i += bytes;
  }
  close(text.size());
  if (options.add_special_tokens) out.push_back(kEnd);
  return out;
}

FakeEmbedder::FakeEmbedder() {
  info_.family = "bert";
  info_.name = "fake";
  info_.context_length = 256;
  info_.embedding_size = kSize;
  info_.content_hash = "fake-1";
}

std::vector<std::vector<float>> FakeEmbedder::embed(std::span<const std::vector<TokenId>> texts) {
  if (before_embed) before_embed();
  std::vector<std::vector<float>> out;
  for (const auto& tokens : texts) {
    if (static_cast<int>(tokens.size()) > info_.context_length) throw Error(ErrorCode::kTooLong, "too long");
    longest_ = std::max(longest_.load(), tokens.size());
    std::vector<float> vector(kSize, 0.0f);
    for (const TokenId token : tokens) vector[static_cast<std::size_t>(token) % kSize] += 1;
    float norm = 0;
    for (const float value : vector) norm += value * value;
    for (float& value : vector) value /= std::sqrt(norm);
    out.push_back(std::move(vector));
    ++embedded_;
  }
  return out;
}

}  // namespace lectern::test
