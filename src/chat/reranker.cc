#include "chat/reranker.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace lectern::chat {
namespace {

double log_probability(std::span<const float> logits, TokenId token) {
  if (token < 0 || static_cast<std::size_t>(token) >= logits.size()) return 0;
  const float top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - top);
  return logits[static_cast<std::size_t>(token)] - top - std::log(sum);
}

}  // namespace

std::vector<double> question_likelihoods(Engine& model, std::span<const std::string> texts, std::string_view question) {
  const EncodeOptions plain{.add_special_tokens = false, .parse_special_tokens = false};
  const auto asked = model.tokenizer().encode(" " + std::string(question), plain);
  // The engine's thread writes here, maybe after this function was left by an exception.
  const auto sums = std::make_shared<std::vector<double>>(texts.size());
  std::vector<std::shared_ptr<Generation>> readings;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Request request;
    request.prompt = model.tokenizer().encode(texts[i] + "\nQuestion:", plain);
    const auto begin = static_cast<int>(request.prompt.size());
    request.prompt.insert(request.prompt.end(), asked.begin(), asked.end());
    request.sampling.max_tokens = 1;
    request.prefix_cache = false;
    request.on_prompt_logits = [sums, i, begin, asked](int position, std::span<const float> logits) {
      const int next = position + 1 - begin;  // of the question's tokens
      if (next < 0 || static_cast<std::size_t>(next) >= asked.size()) return;
      (*sums)[i] += log_probability(logits, asked[static_cast<std::size_t>(next)]) / static_cast<double>(asked.size());
    };
    readings.push_back(model.submit(std::move(request)));
  }
  for (const auto& reading : readings) reading->wait();
  return *sums;
}

}  // namespace lectern::chat
