#include "runtime/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace lectern::runtime {
namespace {

// Weights below e^-37 of the largest are under a double's last bit of it: leaving out a whole vocabulary of them
// changes the distribution by less than 1e-10.
constexpr double kNegligible = -37;

struct Candidate {
  double weight;  // e^((logit - largest) / temperature)
  TokenId token;
};

bool comes_before(const Candidate& a, const Candidate& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
}

// A float's bits as an integer of the same order, and back; NaNs lie beyond the infinities. On integers the compiler
// can vectorize a search for the largest.
std::int32_t reorder(std::int32_t bits) {
  return bits ^ static_cast<std::int32_t>(static_cast<std::uint32_t>(bits >> 31) >> 1);
}
std::int32_t ordered(float x) { return reorder(std::bit_cast<std::int32_t>(x)); }

// The largest logit, where they are a distribution.
std::optional<float> largest_logit(std::span<const float> logits) {
  std::int32_t largest = INT32_MIN, smallest = INT32_MAX;
  for (const float x : logits) {
    largest = std::max(largest, ordered(x));
    smallest = std::min(smallest, ordered(x));
  }
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (logits.empty() || largest >= ordered(kInfinity) || largest <= ordered(-kInfinity)) return {};
  if (smallest < ordered(-kInfinity)) return {};
  return std::bit_cast<float>(reorder(largest));
}

// SplitMix64 (Steele, Lea, Flood 2014): a well-mixed function of its counter.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// In [0, 1).
double uniform(std::uint64_t seed, int position) {
  return static_cast<double>(mix(mix(seed) ^ static_cast<std::uint64_t>(position)) >> 11) * 0x1p-53;
}

std::vector<Candidate> candidates_of(std::span<const float> logits, float largest, double temperature) {
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double exponent = (static_cast<double>(logits[i]) - static_cast<double>(largest)) / temperature;
    if (exponent >= kNegligible) candidates.push_back({std::exp(exponent), static_cast<TokenId>(i)});
  }
  return candidates;
}

double total_weight(const std::vector<Candidate>& candidates) {
  double sum = 0;
  for (const auto& candidate : candidates) sum += candidate.weight;
  return sum;
}

void keep_top_k(std::vector<Candidate>& candidates, int top_k) {
  if (top_k == 0 || candidates.size() <= static_cast<std::size_t>(top_k)) return;
  std::nth_element(candidates.begin(), candidates.begin() + top_k - 1, candidates.end(), comes_before);
  candidates.resize(static_cast<std::size_t>(top_k));
  std::sort(candidates.begin(), candidates.end(), comes_before);
}

// The fewest candidates, best first, whose weights reach top_p of the sum. They are usually few: sorts in pieces.
void keep_top_p(std::vector<Candidate>& candidates, double top_p) {
  const double enough = top_p * total_weight(candidates);
  double sum = 0;
  std::size_t sorted = 0;
  for (std::size_t piece = 64; sorted < candidates.size(); piece *= 8) {
    const std::size_t end = std::min(candidates.size(), sorted + piece);
    const auto from = candidates.begin() + static_cast<std::ptrdiff_t>(sorted);
    std::partial_sort(from, candidates.begin() + static_cast<std::ptrdiff_t>(end), candidates.end(), comes_before);
    for (; sorted < end; ++sorted) {
      sum += candidates[sorted].weight;
      if (sum >= enough) {
        candidates.resize(sorted + 1);
        return;
      }
    }
  }
}

TokenId pick(const std::vector<Candidate>& candidates, double random) {
  const double target = random * total_weight(candidates);
  double sum = 0;
  for (const auto& candidate : candidates) {
    sum += candidate.weight;
    if (sum > target) return candidate.token;
  }
  return candidates.back().token;
}

}  // namespace

std::optional<TokenId> sample(std::span<const float> logits, const SamplingOptions& options, int position) {
  const auto largest = largest_logit(logits);
  if (!largest) return {};
  if (options.temperature == 0 || options.top_k == 1) {
    return static_cast<TokenId>(std::find(logits.begin(), logits.end(), *largest) - logits.begin());
  }
  auto candidates = candidates_of(logits, *largest, options.temperature);
  keep_top_k(candidates, options.top_k);
  if (options.top_p < 1) keep_top_p(candidates, options.top_p);
  return pick(candidates, uniform(options.seed, position));
}

}  // namespace lectern::runtime
