// The blocks of one KV group: who holds them, and which hold something that may be asked for again.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace lectern::runtime {

class BlockPool {
 public:
  BlockPool(int blocks, int window);

  int total() const { return static_cast<int>(blocks_.size()); }
  int free() const { return free_; }  // held by nobody; those still cached count
  int window() const { return window_; }
  int references(std::int32_t block) const { return at(block).references; }

  std::int32_t allocate();  // needs free() > 0; evicts the beginning that was let go longest ago
  void share(std::int32_t block);
  void release(std::int32_t block);

  /// The block that holds the end of the beginning `hash`, or -1.
  std::int32_t find(const std::string& hash) const;
  /// Offers `block` under `hash`, unless another block already holds the same.
  void publish(std::int32_t block, const std::string& hash);

 private:
  struct Block {
    int references = 0;
    std::int32_t previous = -1, next = -1;  // in the free list
    std::string hash;                       // empty where not cached
  };

  Block& at(std::int32_t block) { return blocks_[static_cast<std::size_t>(block)]; }
  const Block& at(std::int32_t block) const { return blocks_[static_cast<std::size_t>(block)]; }
  void link(std::int32_t block, bool at_front);
  void unlink(std::int32_t block);

  int window_;
  int free_ = 0;
  // Free list: blocks without content in front, then cached ones, the one let go longest ago first.
  std::int32_t front_ = -1, back_ = -1;
  std::vector<Block> blocks_;
  std::unordered_map<std::string, std::int32_t> cached_;
};

}  // namespace lectern::runtime
