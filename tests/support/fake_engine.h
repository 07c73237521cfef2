// An engine that says what the test tells it to, for tests of what is built on engines.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "lectern/engine.h"

namespace lectern::test {

/// One token a byte, and the special tokens <|im_start|> and <|im_end|>; ChatML.
class FakeTokenizer : public Tokenizer {
 public:
  static constexpr TokenId kStart = 256, kEnd = 257;

  std::vector<TokenId> encode(std::string_view text, const EncodeOptions& options = {}) const override;
  std::string decode(std::span<const TokenId> tokens, bool keep_special = false) const override;
  std::unique_ptr<IncrementalDecoder> incremental_decoder(bool) const override;
  std::string token_bytes(TokenId token, const TokenTextOptions&) const override { return decode({&token, 1}); }
  std::int32_t vocabulary_size() const override { return 258; }
  TokenId bos() const override { return -1; }
  std::span<const TokenId> end_tokens() const override { return end_tokens_; }
  std::string apply_chat_template(std::span<const Message> messages) const override;
  bool has_chat_template() const override { return has_template; }

  bool has_template = true;
  bool takes_system = true;  // otherwise the template refuses that role

 private:
  std::vector<TokenId> end_tokens_ = {kEnd};
};

class FakeEngine : public Engine {
 public:
  FakeEngine();

  const ModelInfo& info() const override { return info_; }
  const FakeTokenizer& tokenizer() const override { return tokenizer_; }
  EngineStatistics statistics() const override { return {}; }
  int threads() const override { return 1; }
  std::shared_ptr<Generation> submit(Request request) override;
  std::vector<std::vector<float>> embed(std::span<const std::vector<TokenId>> texts) override;

  ModelInfo& info() { return info_; }
  FakeTokenizer& tokenizer() { return tokenizer_; }

  /// The next answer, one piece a token.
  std::vector<std::string> reply;
  /// Asked "yes or no", it says yes with this probability.
  double agrees = 1;
  /// The requests so far, as text with special tokens.
  std::vector<std::string> prompts() const;
  int cancelled() const { return *cancelled_; }
  /// Fails each request after its reply.
  bool fails = false;
  /// After its reply a request waits until it is cancelled, unless it asks for logits.
  bool hangs = false;

 private:
  ModelInfo info_;
  FakeTokenizer tokenizer_;
  mutable std::mutex mutex_;
  std::vector<std::string> prompts_;
  std::shared_ptr<std::atomic<int>> cancelled_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace lectern::test
