#include "chat/judge.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <memory>

#include "chat/prompt.h"
#include "core/paths.h"

namespace lectern::chat {
namespace {

constexpr int kNoBudget = std::numeric_limits<int>::max();
// Excerpts that are read together: enough to fill a step.
constexpr std::size_t kPortion = 5;

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
constexpr EncodeOptions kMore{.add_special_tokens = false, .parse_special_tokens = false, .before = TextBefore::kText};

// The first tokens of a reply, with a small letter and a capital, as a text of its own and as more of the prompt's.
std::vector<TokenId> beginnings(const Tokenizer& tokenizer, std::string_view reply) {
  std::vector<TokenId> found;
  std::string capital(reply);
  if (!capital.empty()) capital[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(capital[0])));
  for (const auto& text : {std::string(reply), capital}) {
    for (const auto& options : {kPlain, kMore}) {
      const auto tokens = tokenizer.encode(text, options);
      const bool known = tokens.empty() || std::find(found.begin(), found.end(), tokens[0]) != found.end();
      if (!known) found.push_back(tokens[0]);
    }
  }
  return found;
}

double weight_of(std::span<const float> logits, std::span<const TokenId> tokens) {
  double sum = 0;
  for (const TokenId token : tokens) sum += std::exp(log_probability(logits, token));
  return sum;
}

struct Reading {
  std::shared_ptr<Generation> generation;
  std::shared_ptr<double> agreed;  // the engine's thread writes it, maybe after this was left by an exception
};

class JudgePrompt {
 public:
  JudgePrompt(Engine& model, const Phrases& phrases, std::string_view question)
      : model_(model),
        phrases_(phrases),
        question_(question),
        yes_(beginnings(model.tokenizer(), phrases.yes)),
        no_(beginnings(model.tokenizer(), phrases.no)) {
    phrases_.instructions = phrases.judging;
  }

  Reading read(const Candidate& candidate) const {
    Request request;
    request.prompt = tokens(candidate);
    request.sampling.max_tokens = 1;
    request.prompt_logits_from = static_cast<int>(request.prompt.size()) - 1;
    const auto agreed = std::make_shared<double>(0);
    request.on_prompt_logits = [agreed, yes = yes_, no = no_](int, std::span<const float> logits) {
      const double agrees = weight_of(logits, yes), denies = weight_of(logits, no);
      *agreed = agrees + denies > 0 ? agrees / (agrees + denies) : 0;
    };
    return {model_.submit(std::move(request)), agreed};
  }

 private:
  // A question that leaves no room for the excerpt beside it is judged by what the model can still read of that.
  std::vector<TokenId> tokens(const Candidate& candidate) const {
    std::string excerpt = candidate.context + ": " + std::string(candidate.excerpt);
    for (;; excerpt.resize(excerpt.size() / 2)) {
      const std::string text = std::string(phrases_.excerpt) + to_valid_utf8(excerpt) + "\n\n" +
                               std::string(phrases_.question) + question_ + "\n" + std::string(phrases_.judgement);
      auto prompt = PromptBuilder(model_.tokenizer(), phrases_, text, kNoBudget).build({}, {}).tokens;
      if (excerpt.empty() || prompt.size() < static_cast<std::size_t>(model_.info().context_length)) return prompt;
    }
  }

  Engine& model_;
  Phrases phrases_;
  std::string question_;
  std::vector<TokenId> yes_, no_;
};

}  // namespace

std::vector<double> question_likelihoods(Engine& model, std::span<const std::string> texts, std::string_view question) {
  const auto asked = model.tokenizer().encode(" " + std::string(question), kMore);
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

std::vector<double> judged(Engine& model, const Phrases& phrases, std::string_view question,
                           std::span<const Candidate> candidates, const std::stop_token& stop) {
  const JudgePrompt prompt(model, phrases, question);
  std::vector<double> found;
  while (found.size() < candidates.size() && !stop.stop_requested()) {
    const auto portion = candidates.subspan(found.size(), std::min(kPortion, candidates.size() - found.size()));
    std::vector<Reading> readings;
    for (const Candidate& candidate : portion) readings.push_back(prompt.read(candidate));
    for (const Reading& reading : readings) {
      const std::stop_callback cancel(stop, [&] { reading.generation->cancel(); });
      reading.generation->wait();
      found.push_back(*reading.agreed);
    }
    if (*std::max_element(found.begin(), found.end()) >= kSurelyAnswered) break;
  }
  return found;
}

}  // namespace lectern::chat
