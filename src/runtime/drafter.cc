#include "runtime/drafter.h"

#include <algorithm>
#include <tuple>

namespace lectern::runtime {
namespace {

// Bounds of a search: a text that repeats itself has many places, and long matches.
constexpr int kMostPlaces = 64;
constexpr int kLongestMatch = 32;

// How often a match is right before anything is known of the sequence, by its length; and for how many tries that
// counts.
constexpr std::array<double, 8> kPriors{0.3, 0.45, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92};
constexpr double kPriorTries = 4;
// What was learned fades: counts are halved from here on.
constexpr int kMostTries = 32;

std::uint64_t pair_key(TokenId first, TokenId second) {
  return std::uint64_t{static_cast<std::uint32_t>(first)} << 32 | static_cast<std::uint32_t>(second);
}

}  // namespace

std::vector<Drafter::Guess> Drafter::draft(std::span<const TokenId> tokens, int most) {
  index(tokens);
  std::vector<Guess> draft;
  const Match match = find(tokens);
  matched_ = match.length;
  if (match.length == 0) return draft;
  const auto source = tokens.subspan(static_cast<std::size_t>(match.place));
  double all = 1;
  for (int i = 0; i < most; ++i) {
    const auto next = static_cast<std::size_t>(i);
    all *= chance(match.length + i);
    // What repeats itself is followed beyond its end.
    draft.push_back({next < source.size() ? source[next] : draft[next - source.size()].token, all});
  }
  return draft;
}

// Every pair of tokens that something follows.
void Drafter::index(std::span<const TokenId> tokens) {
  const int size = static_cast<int>(tokens.size());
  latest_.reserve(tokens.size());
  for (int place = static_cast<int>(earlier_.size()); place < size; ++place) {
    earlier_.push_back(-1);
    if (place < 2) continue;
    const auto end = tokens.begin() + place;
    const auto [found, is_new] = latest_.try_emplace(pair_key(end[-2], end[-1]), place);
    if (is_new) continue;
    earlier_.back() = found->second;
    found->second = place;
  }
}

Drafter::Match Drafter::find(std::span<const TokenId> tokens) const {
  Match best;
  const int size = static_cast<int>(tokens.size());
  if (size < 2) return best;
  const auto found = latest_.find(pair_key(tokens[tokens.size() - 2], tokens.back()));
  int place = found == latest_.end() ? -1 : found->second;
  for (int places = 0; place >= 0 && places < kMostPlaces;
       ++places, place = earlier_[static_cast<std::size_t>(place)]) {
    Match match{.place = place, .length = 2, .passage = place >= passages_begin_ && place < passages_end_};
    const int longest = std::min(place, kLongestMatch);
    while (match.length < longest && tokens[static_cast<std::size_t>(place - match.length - 1)] ==
                                         tokens[static_cast<std::size_t>(size - match.length - 1)]) {
      ++match.length;
    }
    if (std::tie(match.length, match.passage) > std::tie(best.length, best.passage)) best = match;
  }
  return best;
}

int Drafter::length_class(int length) {
  constexpr std::array<int, kLengths> kFrom{2, 3, 4, 5, 7, 10, 15, 24};
  const auto above = std::upper_bound(kFrom.begin(), kFrom.end(), length);
  return std::max(0, static_cast<int>(above - kFrom.begin()) - 1);
}

double Drafter::chance(int length) const {
  const auto i = static_cast<std::size_t>(length_class(length));
  return (records_[i].right + kPriorTries * kPriors[i]) / (records_[i].tried + kPriorTries);
}

void Drafter::learn(int right, int checked) {
  for (int i = 0; i < std::min(right + 1, checked); ++i) {
    Record& record = records_[static_cast<std::size_t>(length_class(matched_ + i))];
    ++record.tried;
    record.right += i < right ? 1 : 0;
    if (record.tried > kMostTries) record = {record.tried / 2, record.right / 2};
  }
}

}  // namespace lectern::runtime
