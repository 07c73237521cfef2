#include "runtime/sequence.h"

#include <algorithm>
#include <utility>

namespace lectern::runtime {

Sequence::Sequence(Request asked, int context, int groups, const Tokenizer& tokenizer)
    : request(std::move(asked)),
      prompt_size(static_cast<int>(request.prompt.size())),
      max_size(prompt_size + std::min(request.sampling.max_tokens, context - prompt_size)),
      text(tokenizer, request.sampling.stop, !begins_text()),
      generation(std::make_shared<PendingGeneration>()),
      submitted(std::chrono::steady_clock::now()),
      tokens(request.prompt),
      drafter({request.passages_begin, request.passages_end, prompt_size}),
      tables(static_cast<std::size_t>(groups)),
      prompt_logits_reported(std::max(0, request.prompt_logits_from)) {
  completion.prompt_tokens = prompt_size;
}

}  // namespace lectern::runtime
