// An encoder whose embeddings are bags of word pieces: texts that share words are near each other.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "lectern/engine.h"

namespace lectern::test {

/// [CLS], [SEP], and pieces of at most four characters of a word; one piece a mark or an ideograph. Ids are hashes.
class PieceTokenizer : public Tokenizer {
 public:
  static constexpr TokenId kStart = 1, kEnd = 2;

  std::vector<TokenId> encode(std::string_view text, const EncodeOptions& options = {}) const override;
  std::string decode(std::span<const TokenId>, bool) const override { return ""; }
  std::unique_ptr<IncrementalDecoder> incremental_decoder(bool) const override { return nullptr; }
  std::string token_bytes(TokenId, const TokenTextOptions&) const override { return ""; }
  std::int32_t vocabulary_size() const override { return 1 << 20; }
  TokenId bos() const override { return -1; }
  std::span<const TokenId> end_tokens() const override { return {}; }
  std::string apply_chat_template(std::span<const Message>) const override { return ""; }
  bool has_chat_template() const override { return false; }
};

class FakeEmbedder : public Engine {
 public:
  static constexpr int kSize = 64;

  FakeEmbedder();

  const ModelInfo& info() const override { return info_; }
  const PieceTokenizer& tokenizer() const override { return tokenizer_; }
  EngineStatistics statistics() const override { return {}; }
  int threads() const override { return 1; }
  std::shared_ptr<Generation> submit(Request) override { return nullptr; }
  std::vector<std::vector<float>> embed(std::span<const std::vector<TokenId>> texts) override;

  ModelInfo& info() { return info_; }
  std::int64_t embedded() const { return embedded_; }  // texts
  std::size_t longest() const { return longest_; }     // tokens
  std::function<void()> before_embed;                  // of each call

 private:
  ModelInfo info_;
  PieceTokenizer tokenizer_;
  std::atomic<std::int64_t> embedded_ = 0;
  std::atomic<std::size_t> longest_ = 0;
};

}  // namespace lectern::test
