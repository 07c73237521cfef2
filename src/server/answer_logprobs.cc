#include "server/answer_logprobs.h"

#include <utility>

namespace lectern::server {

void AnswerLogprobs::add(TokenLogprobs logprobs) {
  if (!decoder_) decoder_ = tokenizer_.incremental_decoder(!logprobs.begins_text);
  begins_.push_back(bytes_);
  bytes_ += decoder_->next(logprobs.chosen.token).size();
  all_.push_back(std::move(logprobs));
}

std::span<const TokenLogprobs> AnswerLogprobs::next(std::size_t text_bytes) {
  const std::size_t begin = told_;
  while (told_ < all_.size() && begins_[told_] < text_bytes) ++told_;
  return std::span<const TokenLogprobs>(all_).subspan(begin, told_ - begin);
}

}  // namespace lectern::server
