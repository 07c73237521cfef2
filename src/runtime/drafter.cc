#include "runtime/drafter.h"

#include <algorithm>

namespace lectern::runtime {
namespace {

// Bounds of a search: a text that repeats itself has many places, and long matches.
constexpr int kMostPlaces = 1024;
constexpr int kLongestMatch = 32;

// Kinds of guess: what comes after one token where the places disagree; after several; and after matches of at least so
// many tokens where they agree. Then the same again outside of passages and question.
constexpr std::size_t kWordOfMany = 0, kOneOfMany = 1, kAgreed = 2, kPlain = 8;
constexpr std::array<int, 6> kLengths{1, 2, 3, 4, 10, 20};
// How often each is right before anything is known of the sequence: over 55 answers of Qwen2.5-1.5B from documents, and
// less than over 12 of it without, where a guess that is wrong costs more than a right one brings.
constexpr std::array<double, 16> kPriors{0.08, 0.3,  0.5, 0.55, 0.75, 0.82, 0.92, 0.95,  //
                                         0.02, 0.05, 0.1, 0.2,  0.3,  0.5,  0.8,  0.95};
constexpr double kPriorTries = 6;  // that the prior counts for
// What was learned fades: counts are halved from here on.
constexpr int kMostTries = 32;
// Places that agree are worth so many tokens of a match.
constexpr int kAgreement = 2;

constexpr int kQuestion = 2, kPassage = 1, kElsewhere = 0;  // regions, the best one first

}  // namespace

std::vector<Drafter::Guess> Drafter::draft(std::span<const TokenId> tokens, int most) {
  index(tokens);
  kinds_.clear();
  std::vector<Guess> draft;
  const Match match = find(tokens);
  if (match.place < 0) return draft;
  const auto source = tokens.subspan(static_cast<std::size_t>(match.place));
  double all = 1;
  for (int i = 0; i < most; ++i) {
    const auto next = static_cast<std::size_t>(i);
    kinds_.push_back((i == 0 ? kind_of(match) : kind_of(match.length + i)) + (match.region == kElsewhere ? kPlain : 0));
    all *= chance(kinds_.back());
    // What repeats itself is followed beyond its end.
    draft.push_back({next < source.size() ? source[next] : draft[next - source.size()].token, all});
  }
  return draft;
}

void Drafter::index(std::span<const TokenId> tokens) {
  latest_.reserve(tokens.size());
  for (auto place = earlier_.size(); place < tokens.size(); ++place) {
    earlier_.push_back(-1);
    if (place == 0) continue;
    const auto [found, is_new] = latest_.try_emplace(tokens[place - 1], static_cast<std::int32_t>(place));
    if (is_new) continue;
    earlier_.back() = found->second;
    found->second = static_cast<std::int32_t>(place);
  }
}

Drafter::Match Drafter::find(std::span<const TokenId> tokens) const {
  Match best;
  if (tokens.empty()) return best;
  const auto token = [&](int i) { return tokens[static_cast<std::size_t>(i)]; };
  const int size = static_cast<int>(tokens.size());
  const auto found = latest_.find(tokens.back());
  int place = found == latest_.end() ? -1 : found->second;
  for (int looked = 0; place >= 0 && looked < kMostPlaces;
       ++looked, place = earlier_[static_cast<std::size_t>(place)]) {
    const int longest = std::min(place, kLongestMatch);
    int length = 1;
    while (length < longest && token(place - length - 1) == token(size - length - 1)) ++length;
    if (length < best.length) continue;
    const int region = region_of(place);
    if (length > best.length) {
      best = {.place = place, .length = length, .region = region, .places = 1, .unanimous = true};
      continue;
    }
    ++best.places;
    best.unanimous = best.unanimous && token(place) == token(best.place);
    if (region < best.region || (region == best.region && region != kPassage)) continue;
    best.place = place;
    best.region = region;
  }
  return best;
}

int Drafter::region_of(int place) const {
  if (place < passages_.begin || passages_.begin >= passages_.end || place >= passages_.prompt_size) return kElsewhere;
  return place < passages_.end ? kPassage : kQuestion;
}

std::size_t Drafter::kind_of(const Match& match) {
  if (!match.unanimous) return match.length == 1 && match.region != kQuestion ? kWordOfMany : kOneOfMany;
  return kind_of(match.length + (match.places > 1 ? kAgreement : 0));
}

std::size_t Drafter::kind_of(int length) {
  const auto above = std::upper_bound(kLengths.begin(), kLengths.end(), length);
  return kAgreed + static_cast<std::size_t>(above - kLengths.begin()) - 1;
}

double Drafter::chance(std::size_t kind) const {
  return (records_[kind].right + kPriorTries * kPriors[kind]) / (records_[kind].tried + kPriorTries);
}

void Drafter::learn(int right, int checked) {
  for (int i = 0; i < std::min(right + 1, checked); ++i) {
    Record& record = records_[kinds_[static_cast<std::size_t>(i)]];
    ++record.tried;
    record.right += i < right ? 1 : 0;
    if (record.tried > kMostTries) record = {record.tried / 2, record.right / 2};
  }
}

}  // namespace lectern::runtime
