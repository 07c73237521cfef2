#include "server/logprobs_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/paths.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinity.
constexpr float kLeastLogprob = -9999;

// Models pad their vocabulary: an id past the tokenizer's own has no text.
std::string bytes_of(TokenId token, const TokenTextOptions& options, const Tokenizer& tokenizer) {
  return token < tokenizer.vocabulary_size() ? tokenizer.token_bytes(token, options) : "";
}

std::string text_of(TokenId token, bool begins_text, const Tokenizer& tokenizer) {
  return to_valid_utf8(bytes_of(token, {.keep_special = true, .begins_text = begins_text}, tokenizer));
}

double bounded(float logprob) { return static_cast<double>(std::max(logprob, kLeastLogprob)); }

// Joined, the bytes are the text's: a token may be a part of a character, and a special one is nothing in it.
Json entry(const TokenLogprob& logprob, bool begins_text, const Tokenizer& tokenizer) {
  const auto bytes = bytes_of(logprob.token, {.begins_text = begins_text}, tokenizer);
  return {{"token", text_of(logprob.token, begins_text, tokenizer)},
          {"logprob", bounded(logprob.logprob)},
          {"bytes", std::vector<unsigned char>(bytes.begin(), bytes.end())}};
}

}  // namespace

Json chat_logprobs(std::span<const TokenLogprobs> logprobs, const Tokenizer& tokenizer) {
  Json content = Json::array();
  for (const auto& token : logprobs) {
    content.push_back(entry(token.chosen, token.begins_text, tokenizer));
    Json top = Json::array();
    for (const auto& other : token.top) top.push_back(entry(other, token.begins_text, tokenizer));
    content.back()["top_logprobs"] = std::move(top);
  }
  return {{"content", std::move(content)}, {"refusal", nullptr}};
}

Json text_logprobs(std::span<const TokenLogprobs> logprobs, const Tokenizer& tokenizer) {
  Json tokens = Json::array(), own = Json::array(), top = Json::array();
  for (const auto& token : logprobs) {
    tokens.push_back(text_of(token.chosen.token, token.begins_text, tokenizer));
    own.push_back(bounded(token.chosen.logprob));
    Json others = Json::object();
    for (const auto& other : token.top)
      others[text_of(other.token, token.begins_text, tokenizer)] = bounded(other.logprob);
    top.push_back(std::move(others));
  }
  return {{"tokens", std::move(tokens)}, {"token_logprobs", std::move(own)}, {"top_logprobs", std::move(top)}};
}

}  // namespace lectern::server
