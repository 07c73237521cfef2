// The logprobs of an answer's tokens, as far as its text goes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "lectern/engine.h"
#include "lectern/tokenizer.h"

namespace lectern::server {

/// Text that may become a stop string is held back, and what is one is cut off: so are the tokens that it is made of.
class AnswerLogprobs {
 public:
  /// `tokenizer` must outlive it.
  explicit AnswerLogprobs(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void add(TokenLogprobs logprobs);
  /// Those not yet told, of tokens that begin before that byte of the text.
  std::span<const TokenLogprobs> next(std::size_t text_bytes);

 private:
  const Tokenizer& tokenizer_;
  std::unique_ptr<IncrementalDecoder> decoder_;  // from the first token on
  std::vector<TokenLogprobs> all_;
  std::vector<std::size_t> begins_;  // of each: the byte of the text, if nothing were cut off, with its first character
  std::size_t bytes_ = 0, told_ = 0;
};

}  // namespace lectern::server
