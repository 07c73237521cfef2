#include "runtime/block_pool.h"

namespace lectern::runtime {

BlockPool::BlockPool(int blocks, int window) : window_(window), blocks_(static_cast<std::size_t>(blocks)) {
  for (std::int32_t block = 0; block < blocks; ++block) link(block, false);
}

void BlockPool::link(std::int32_t block, bool at_front) {
  Block& b = at(block);
  b.previous = at_front ? -1 : back_;
  b.next = at_front ? front_ : -1;
  (b.previous >= 0 ? at(b.previous).next : front_) = block;
  (b.next >= 0 ? at(b.next).previous : back_) = block;
  ++free_;
}

void BlockPool::unlink(std::int32_t block) {
  Block& b = at(block);
  (b.previous >= 0 ? at(b.previous).next : front_) = b.next;
  (b.next >= 0 ? at(b.next).previous : back_) = b.previous;
  --free_;
}

std::int32_t BlockPool::allocate() {
  const std::int32_t block = front_;
  unlink(block);
  if (!at(block).hash.empty()) {
    cached_.erase(at(block).hash);
    at(block).hash.clear();
  }
  at(block).references = 1;
  return block;
}

void BlockPool::share(std::int32_t block) {
  if (at(block).references++ == 0) unlink(block);
}

void BlockPool::release(std::int32_t block) {
  if (--at(block).references == 0) link(block, at(block).hash.empty());
}

std::int32_t BlockPool::find(const std::string& hash) const {
  const auto found = cached_.find(hash);
  return found == cached_.end() ? -1 : found->second;
}

void BlockPool::publish(std::int32_t block, const std::string& hash) {
  if (at(block).hash.empty() && cached_.try_emplace(hash, block).second) at(block).hash = hash;
}

}  // namespace lectern::runtime
