#include "runtime/logit_adjustment.h"

#include <algorithm>
#include <cstddef>

namespace lectern::runtime {

bool adjusts(const SamplingOptions& options) {
  return options.presence_penalty != 0 || options.frequency_penalty != 0 || !options.logit_bias.empty();
}

std::vector<float> adjusted(std::span<const float> logits, const SamplingOptions& options,
                            std::span<const TokenId> answer) {
  std::vector<float> row(logits.begin(), logits.end());
  const auto add = [&](TokenId token, double change) {
    if (token < 0 || static_cast<std::size_t>(token) >= row.size()) return;
    float& logit = row[static_cast<std::size_t>(token)];
    logit = static_cast<float>(static_cast<double>(logit) + change);
  };
  std::vector<TokenId> sorted(answer.begin(), answer.end());
  std::sort(sorted.begin(), sorted.end());
  for (auto token = sorted.begin(); token != sorted.end();) {
    const auto next = std::upper_bound(token, sorted.end(), *token);
    const auto times = static_cast<double>(next - token);
    add(*token, -options.presence_penalty - options.frequency_penalty * times);
    token = next;
  }
  for (const auto& [token, bias] : options.logit_bias) add(token, static_cast<double>(bias));
  return row;
}

}  // namespace lectern::runtime
