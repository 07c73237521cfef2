// The text of an answer as its tokens come: whole characters, without the stop string.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lectern/tokenizer.h"
#include "runtime/stop_matcher.h"

namespace lectern::runtime {

class TextStream {
 public:
  /// `continues`: the text goes on from other text (Tokenizer::incremental_decoder).
  TextStream(const Tokenizer& tokenizer, std::vector<std::string> stops, bool continues);

  /// The text that `token` completes; an ending that may become a stop string is held back.
  std::string push(TokenId token);
  /// What is left when no more tokens come.
  std::string finish();
  bool stopped() const { return matcher_.stopped(); }

 private:
  std::unique_ptr<IncrementalDecoder> decoder_;
  std::int32_t vocabulary_size_;
  StopMatcher matcher_;
};

}  // namespace lectern::runtime
