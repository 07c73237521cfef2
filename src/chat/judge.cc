#include "chat/judge.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <memory>

namespace lectern::chat {
namespace {

// The logarithm of the sum of the exponentials.
double total(std::span<const float> logits) {
  const float top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - top);
  return top + std::log(sum);
}

double log_probability(std::span<const float> logits, TokenId token) {
  if (token < 0 || static_cast<std::size_t>(token) >= logits.size()) return 0;
  return logits[static_cast<std::size_t>(token)] - total(logits);
}

constexpr EncodeOptions kPlain{.add_special_tokens = false, .parse_special_tokens = false};

// The first tokens of a reply, with a small letter and a capital.
std::vector<TokenId> beginnings(const Tokenizer& tokenizer, std::string_view reply) {
  std::vector<TokenId> found;
  std::string capital(reply);
  if (!capital.empty()) capital[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(capital[0])));
  for (const auto& text : {std::string(reply), capital}) {
    const auto tokens = tokenizer.encode(text, kPlain);
    if (!tokens.empty() && std::find(found.begin(), found.end(), tokens[0]) == found.end()) found.push_back(tokens[0]);
  }
  return found;
}

double weight_of(std::span<const float> logits, std::span<const TokenId> tokens) {
  double sum = 0;
  for (const TokenId token : tokens) sum += std::exp(log_probability(logits, token));
  return sum;
}

}  // namespace

std::vector<double> question_likelihoods(Engine& model, std::span<const std::string> texts, std::string_view question) {
  const auto asked = model.tokenizer().encode(" " + std::string(question), kPlain);
  // The engine's thread writes here, maybe after this function was left by an exception.
  const auto sums = std::make_shared<std::vector<double>>(texts.size());
  std::vector<std::shared_ptr<Generation>> readings;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Request request;
    request.prompt = model.tokenizer().encode(texts[i] + "\nQuestion:", kPlain);
    const auto begin = static_cast<int>(request.prompt.size());
    request.prompt.insert(request.prompt.end(), asked.begin(), asked.end());
    request.sampling.max_tokens = 1;
    request.prefix_cache = false;
    request.prompt_logits_from = std::max(0, begin - 1);
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

Judgement judge(Engine& model, const Prompt& prompt, const Phrases& phrases, const std::stop_token& stop) {
  const auto yes = beginnings(model.tokenizer(), phrases.yes), no = beginnings(model.tokenizer(), phrases.no);
  const auto judgement = std::make_shared<Judgement>();
  const auto asked =
      std::span(prompt.judged).subspan(prompt.question_begin, prompt.question_end - prompt.question_begin);
  Request request;
  request.prompt = prompt.judged;
  request.sampling.max_tokens = 1;
  request.prompt_logits_from = std::max(0, static_cast<int>(prompt.question_begin) - 1);
  request.on_prompt_logits = [judgement, yes, no, question = std::vector<TokenId>(asked.begin(), asked.end()),
                              begin = prompt.question_begin,
                              last = prompt.judged.size() - 1](int position, std::span<const float> logits) {
    const auto next = static_cast<std::size_t>(position) + 1 - begin;  // of the question's tokens
    if (next < question.size())
      judgement->likelihood += log_probability(logits, question[next]) / static_cast<double>(question.size());
    if (static_cast<std::size_t>(position) != last) return;
    const double agreed = weight_of(logits, yes), denied = weight_of(logits, no);
    judgement->answered = agreed + denied > 0 ? agreed / (agreed + denied) : 0;
  };
  const auto reading = model.submit(std::move(request));
  const std::stop_callback cancel(stop, [&] { reading->cancel(); });
  reading->wait();
  return *judgement;
}

}  // namespace lectern::chat
