#include "server/logprobs_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinity.
constexpr float kLeastLogprob = -9999;

// Models pad their vocabulary: an id past the tokenizer's own has no text.
std::string text_of(TokenId token, const Tokenizer& tokenizer) {
  return token < tokenizer.vocabulary_size() ? tokenizer.decode(std::span(&token, 1), true) : "";
}

double bounded(float logprob) { return static_cast<double>(std::max(logprob, kLeastLogprob)); }

// Joined, they are the text's: a token may be a part of a character, and a special one is nothing in it.
Json bytes_of(TokenId token, const Tokenizer& tokenizer) {
  const auto bytes = token < tokenizer.vocabulary_size() ? tokenizer.token_bytes(token) : "";
  return std::vector<unsigned char>(bytes.begin(), bytes.end());
}

Json entry(const TokenLogprob& logprob, const Tokenizer& tokenizer) {
  const auto text = text_of(logprob.token, tokenizer);
  return {{"token", text}, {"logprob", bounded(logprob.logprob)}, {"bytes", bytes_of(logprob.token, tokenizer)}};
}

}  // namespace

Json chat_logprobs(std::span<const TokenLogprobs> logprobs, const Tokenizer& tokenizer) {
  Json content = Json::array();
  for (const auto& token : logprobs) {
    content.push_back(entry(token.chosen, tokenizer));
    Json top = Json::array();
    for (const auto& other : token.top) top.push_back(entry(other, tokenizer));
    content.back()["top_logprobs"] = std::move(top);
  }
  return {{"content", std::move(content)}, {"refusal", nullptr}};
}

Json text_logprobs(std::span<const TokenLogprobs> logprobs, const Tokenizer& tokenizer) {
  Json tokens = Json::array(), own = Json::array(), top = Json::array();
  for (const auto& token : logprobs) {
    tokens.push_back(text_of(token.chosen.token, tokenizer));
    own.push_back(bounded(token.chosen.logprob));
    Json others = Json::object();
    for (const auto& other : token.top) others[text_of(other.token, tokenizer)] = bounded(other.logprob);
    top.push_back(std::move(others));
  }
  return {{"tokens", std::move(tokens)}, {"token_logprobs", std::move(own)}, {"top_logprobs", std::move(top)}};
}

}  // namespace lectern::server
