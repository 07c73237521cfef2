// Where keys and values lie: blocks of each KV group, shared between sequences that begin alike.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/block_pool.h"
#include "runtime/sequence.h"

namespace lectern::runtime {

/// A beginning of a sequence is known by a SHA-256 chain over its full blocks: equal hashes mean equal tokens. A group
/// with a window holds only the blocks that the next token sees, and serves a beginning only while those are there.
class BlockManager {
 public:
  struct Group {
    int blocks = 0;
    int window = 0;  // keys that a token sees, itself included; 0: all
  };

  BlockManager(int block_size, const std::vector<Group>& groups, bool prefix_cache);

  int block_size() const { return block_size_; }
  const std::vector<BlockPool>& pools() const { return pools_; }
  std::int64_t total() const;
  std::int64_t free() const;

  /// Whether a sequence of `tokens` fits when nothing else runs.
  bool could_fit(int tokens) const;
  /// The longest sequence that fits when nothing else runs.
  int longest() const;
  /// Whether all of a sequence's tokens fit now, `chunk` at a time, with `spare` blocks left in each group.
  bool fits(const Sequence& sequence, int chunk, int spare) const;
  /// How many of the next `wanted` tokens have room.
  int room(const Sequence& sequence, int wanted) const;

  /// For a sequence without blocks: takes the longest cached beginning, short of the last token.
  void adopt_prefix(Sequence& sequence);
  /// Takes blocks for the next `tokens` tokens; there must be room.
  void allocate(Sequence& sequence, int tokens);
  /// The next `tokens` tokens are in the cache: publishes full blocks, frees those behind a window.
  void commit(Sequence& sequence, int tokens);
  /// Frees the blocks that hold nothing computed: those taken for tokens that were not committed.
  void roll_back(Sequence& sequence);
  /// Frees all of its blocks and forgets what was computed.
  void release(Sequence& sequence);

 private:
  int blocks_for(int tokens) const { return (tokens + block_size_ - 1) / block_size_; }
  int window_begin(const BlockPool& pool, int position) const;  // first block that the token at `position` reads
  int most_blocks(const BlockPool& pool, int tokens, int chunk) const;
  void extend_hashes(Sequence& sequence, int blocks) const;
  int cached_prefix(const Sequence& sequence, int blocks) const;
  void free_behind_window(Sequence& sequence, std::size_t group);

  int block_size_;
  bool prefix_cache_;
  std::vector<BlockPool> pools_;
};

}  // namespace lectern::runtime
