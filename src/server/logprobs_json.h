// Logprobs as OpenAI's API shapes them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "lectern/engine.h"

namespace lectern::server {

/// {"content":[{"token","logprob","bytes","top_logprobs":[…]}],"refusal":null}
nlohmann::ordered_json chat_logprobs(std::span<const TokenLogprobs> logprobs, const Tokenizer& tokenizer);

/// {"tokens":[…],"token_logprobs":[…],"top_logprobs":[{"token":logprob}]}
nlohmann::ordered_json text_logprobs(std::span<const TokenLogprobs> logprobs, const Tokenizer& tokenizer);

}  // namespace lectern::server
