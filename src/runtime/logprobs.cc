#include "runtime/logprobs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace lectern::runtime {
namespace {

// In order of the ids, so that it is the same whatever else runs.
double log_of_sum(std::span<const float> logits) {
  const double largest = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (const float x : logits) sum += std::exp(static_cast<double>(x) - largest);
  return largest + std::log(sum);
}

}  // namespace

TokenLogprobs logprobs(std::span<const float> logits, TokenId chosen, int top) {
  const double all = log_of_sum(logits);
  const auto of = [&](TokenId token) {
    return TokenLogprob{token, static_cast<float>(static_cast<double>(logits[static_cast<std::size_t>(token)]) - all)};
  };
  TokenLogprobs found{of(chosen), {}};
  if (top == 0) return found;
  std::vector<TokenId> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto count = std::min(static_cast<std::ptrdiff_t>(top), static_cast<std::ptrdiff_t>(order.size()));
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](TokenId a, TokenId b) {
    const float left = logits[static_cast<std::size_t>(a)], right = logits[static_cast<std::size_t>(b)];
    return left != right ? left > right : a < b;
  });
  for (auto token = order.begin(); token != order.begin() + count; ++token) found.top.push_back(of(*token));
  return found;
}

}  // namespace lectern::runtime
