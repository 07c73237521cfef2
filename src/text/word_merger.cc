#include "text/word_merger.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

namespace lectern::text {
namespace {

// Up to here a scan for the lowest rank at each step is faster than a heap.
constexpr std::size_t kShort = 32;
constexpr std::uint32_t kNoRank = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void WordMerger::merge(std::span<const TokenId> symbols, std::vector<TokenId>& out) {
  if (symbols.size() <= kShort) {
    merge_short(symbols, out);
  } else {
    merge_long(symbols, out);
  }
}

void WordMerger::merge_short(std::span<const TokenId> symbols, std::vector<TokenId>& out) {
  std::array<TokenId, kShort> ids;
  std::array<Merge, kShort> pairs;  // pairs[i] is the merge of ids[i] and ids[i + 1]
  std::size_t size = symbols.size();
  std::copy(symbols.begin(), symbols.end(), ids.begin());
  const auto look_up = [&](std::size_t i) {
    const Merge* merge = i + 1 < size ? merges_.find(ids[i], ids[i + 1]) : nullptr;
    pairs[i] = merge != nullptr ? *merge : Merge{kNoRank, -1};
  };
  for (std::size_t i = 0; i < size; ++i) look_up(i);
  while (size > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < size; ++i) {
      if (pairs[i].rank < pairs[best].rank) best = i;
    }
    if (pairs[best].rank == kNoRank) break;
    ids[best] = pairs[best].result;
    --size;
    for (std::size_t i = best + 1; i < size; ++i) {
      ids[i] = ids[i + 1];
      pairs[i] = pairs[i + 1];
    }
    look_up(best);
    if (best > 0) look_up(best - 1);
  }
  out.insert(out.end(), ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(size));
}

void WordMerger::merge_long(std::span<const TokenId> symbols, std::vector<TokenId>& out) {
  const auto size = static_cast<std::int32_t>(symbols.size());
  symbols_.clear();
  heap_.clear();
  for (std::int32_t i = 0; i < size; ++i) {
    symbols_.push_back({symbols[static_cast<std::size_t>(i)], i - 1, i + 1 < size ? i + 1 : -1});
  }
  for (std::int32_t i = 0; i < size; ++i) consider(i);
  const auto at = [&](std::int32_t i) -> Symbol& { return symbols_[static_cast<std::size_t>(i)]; };
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const Candidate best = heap_.back();
    heap_.pop_back();
    Symbol& left = at(best.position);
    if (left.id < 0 || left.next < 0) continue;
    const Merge* merge = merges_.find(left.id, at(left.next).id);
    if (merge == nullptr || merge->result != best.result) continue;  // a neighbour has changed since
    Symbol& right = at(left.next);
    left.id = best.result;
    right.id = -1;
    left.next = right.next;
    if (left.next >= 0) at(left.next).previous = best.position;
    consider(best.position);
    if (left.previous >= 0) consider(left.previous);
  }
  for (std::int32_t i = 0; i >= 0; i = at(i).next) out.push_back(at(i).id);
}

void WordMerger::consider(std::int32_t left) {
  const Symbol& symbol = symbols_[static_cast<std::size_t>(left)];
  if (symbol.next < 0) return;
  const Merge* merge = merges_.find(symbol.id, symbols_[static_cast<std::size_t>(symbol.next)].id);
  if (merge == nullptr) return;
  heap_.push_back({merge->rank, left, merge->result});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

}  // namespace lectern::text
