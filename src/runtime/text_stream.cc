#include "runtime/text_stream.h"

#include <utility>

namespace lectern::runtime {

TextStream::TextStream(const Tokenizer& tokenizer, std::vector<std::string> stops, bool continues)
    : decoder_(tokenizer.incremental_decoder(continues)),
      vocabulary_size_(tokenizer.vocabulary_size()),
      matcher_(std::move(stops)) {}

std::string TextStream::push(TokenId token) {
  // Models pad their vocabulary: an id past the tokenizer's own has no text.
  if (token >= vocabulary_size_) return {};
  return matcher_.push(decoder_->next(token));
}

std::string TextStream::finish() {
  std::string text = matcher_.push(decoder_->finish());
  return text + matcher_.finish();
}

}  // namespace lectern::runtime
