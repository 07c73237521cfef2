#include "runtime/block_manager.h"

#include <algorithm>
#include <climits>
#include <span>

#include "core/hash.h"

namespace lectern::runtime {

BlockManager::BlockManager(int block_size, const std::vector<Group>& groups, bool prefix_cache)
    : block_size_(block_size), prefix_cache_(prefix_cache) {
  for (const auto& group : groups) pools_.emplace_back(group.blocks, group.window);
}

std::int64_t BlockManager::total() const {
  std::int64_t sum = 0;
  for (const auto& pool : pools_) sum += pool.total();
  return sum;
}

std::int64_t BlockManager::free() const {
  std::int64_t sum = 0;
  for (const auto& pool : pools_) sum += pool.free();
  return sum;
}

int BlockManager::window_begin(const BlockPool& pool, int position) const {
  return pool.window() == 0 ? 0 : std::max(0, position - pool.window() + 1) / block_size_;
}

// The blocks that a sequence of `tokens` holds at most, computed `chunk` tokens at a time: a chunk reads n = window +
// chunk - 1 positions, which touch (n - 1) / block_size + 1 blocks, rounded up, wherever they begin.
int BlockManager::most_blocks(const BlockPool& pool, int tokens, int chunk) const {
  if (pool.window() == 0) return blocks_for(tokens);
  return std::min(blocks_for(tokens), blocks_for(pool.window() + chunk - 2) + 1);
}

bool BlockManager::could_fit(int tokens) const {
  return std::all_of(pools_.begin(), pools_.end(),
                     [&](const auto& pool) { return most_blocks(pool, tokens, 1) <= pool.total(); });
}

int BlockManager::longest() const {
  std::int64_t tokens = INT_MAX;
  for (const auto& pool : pools_) {
    const bool whole_window = pool.window() > 0 && most_blocks(pool, INT_MAX - block_size_, 1) <= pool.total();
    if (!whole_window) tokens = std::min(tokens, std::int64_t{pool.total()} * block_size_);
  }
  return static_cast<int>(tokens);
}

bool BlockManager::fits(const Sequence& sequence, int chunk, int spare) const {
  for (std::size_t g = 0; g < pools_.size(); ++g) {
    const auto& table = sequence.tables[g];
    const int held = static_cast<int>(table.blocks.size()) - table.first;
    const int needed = most_blocks(pools_[g], sequence.size(), std::min(chunk, sequence.pending())) - held;
    if (needed + spare > pools_[g].free()) return false;
  }
  return true;
}

int BlockManager::room(const Sequence& sequence, int wanted) const {
  std::int64_t tokens = wanted;
  for (std::size_t g = 0; g < pools_.size(); ++g) {
    const auto blocks = static_cast<std::int64_t>(sequence.tables[g].blocks.size()) + pools_[g].free();
    tokens = std::min(tokens, blocks * block_size_ - sequence.computed);
  }
  return static_cast<int>(std::max(std::int64_t{0}, tokens));
}

void BlockManager::allocate(Sequence& sequence, int tokens) {
  const auto blocks = static_cast<std::size_t>(blocks_for(sequence.computed + tokens));
  for (std::size_t g = 0; g < pools_.size(); ++g) {
    auto& table = sequence.tables[g].blocks;
    while (table.size() < blocks) table.push_back(pools_[g].allocate());
  }
}

void BlockManager::commit(Sequence& sequence, int tokens) {
  sequence.computed += tokens;
  const int full = sequence.computed / block_size_;
  if (prefix_cache_ && sequence.request.prefix_cache) {
    extend_hashes(sequence, full);
    for (std::size_t g = 0; g < pools_.size(); ++g) {
      const auto& table = sequence.tables[g];
      for (int i = std::max(sequence.published, table.first); i < full; ++i) {
        pools_[g].publish(table.blocks[static_cast<std::size_t>(i)], sequence.hashes[static_cast<std::size_t>(i)]);
      }
    }
    sequence.published = full;
  }
  for (std::size_t g = 0; g < pools_.size(); ++g) free_behind_window(sequence, g);
}

void BlockManager::free_behind_window(Sequence& sequence, std::size_t group) {
  auto& table = sequence.tables[group];
  const int begin = window_begin(pools_[group], sequence.computed);
  for (; table.first < begin; ++table.first) {
    auto& block = table.blocks[static_cast<std::size_t>(table.first)];
    pools_[group].release(block);
    block = -1;
  }
}

void BlockManager::roll_back(Sequence& sequence) {
  const auto blocks = static_cast<std::size_t>(blocks_for(sequence.computed));
  for (std::size_t g = 0; g < pools_.size(); ++g) {
    auto& table = sequence.tables[g].blocks;
    for (; table.size() > blocks; table.pop_back()) pools_[g].release(table.back());
  }
}

void BlockManager::release(Sequence& sequence) {
  for (std::size_t g = 0; g < pools_.size(); ++g) {
    auto& table = sequence.tables[g];
    // The last first: of a beginning, the longest part that still makes sense is evicted last.
    for (auto i = table.blocks.size(); i > static_cast<std::size_t>(table.first); --i) {
      pools_[g].release(table.blocks[i - 1]);
    }
    table = {};
  }
  sequence.computed = 0;
  sequence.published = 0;
}

void BlockManager::extend_hashes(Sequence& sequence, int blocks) const {
  std::vector<std::byte> link;
  for (int i = static_cast<int>(sequence.hashes.size()); i < blocks; ++i) {
    const auto tokens = std::as_bytes(std::span(sequence.tokens)
                                          .subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(block_size_),
                                                   static_cast<std::size_t>(block_size_)));
    link.assign(tokens.begin(), tokens.end());
    if (i > 0) {
      const auto before = std::as_bytes(std::span(sequence.hashes.back()));
      link.insert(link.end(), before.begin(), before.end());
    }
    sequence.hashes.push_back(sha256(link));
  }
}

// A beginning of n blocks serves when each group still has the blocks that the token after it reads.
int BlockManager::cached_prefix(const Sequence& sequence, int blocks) const {
  std::vector<int> run(pools_.size(), 0);  // cached blocks in a row, up to the one in hand
  int longest = 0;
  for (int n = 1; n <= blocks; ++n) {
    bool serves = true;
    for (std::size_t g = 0; g < pools_.size(); ++g) {
      const bool cached = pools_[g].find(sequence.hashes[static_cast<std::size_t>(n - 1)]) >= 0;
      run[g] = cached ? run[g] + 1 : 0;
      serves = serves && run[g] >= n - window_begin(pools_[g], n * block_size_);
    }
    if (serves) longest = n;
  }
  return longest;
}

void BlockManager::adopt_prefix(Sequence& sequence) {
  if (!prefix_cache_ || !sequence.request.prefix_cache || pools_.empty()) return;
  // A token whose logits are wanted is computed.
  const int shareable = sequence.wants_prompt_logits() ? sequence.prompt_logits_reported : sequence.size() - 1;
  const int candidates = shareable / block_size_;
  extend_hashes(sequence, candidates);
  const int blocks = cached_prefix(sequence, candidates);
  for (std::size_t g = 0; g < pools_.size(); ++g) {
    auto& table = sequence.tables[g];
    table.first = window_begin(pools_[g], blocks * block_size_);
    table.blocks.assign(static_cast<std::size_t>(blocks), -1);
    for (int i = table.first; i < blocks; ++i) {
      const auto block = pools_[g].find(sequence.hashes[static_cast<std::size_t>(i)]);
      pools_[g].share(block);
      table.blocks[static_cast<std::size_t>(i)] = block;
    }
  }
  sequence.computed = blocks * block_size_;
  sequence.published = blocks;
}

}  // namespace lectern::runtime
