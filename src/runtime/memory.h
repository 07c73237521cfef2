// Memory for arenas: aligned, zeroed, taken from the machine only when touched.
#pragma once

#include <cstddef>

namespace lectern::runtime {

/// Bytes of memory that this process may count on: the machine's, or its control group's limit.
std::size_t machine_memory();

/// Move-only. Asks for huge pages: keys, values and weights are read in long runs over more memory than the processor's
/// tables of small pages cover.
class Arena {
 public:
  Arena() = default;
  /// Page-aligned. Throws Error kOutOfMemory.
  explicit Arena(std::size_t bytes);
  Arena(Arena&& other) noexcept;
  Arena& operator=(Arena&& other) noexcept;
  ~Arena();

  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lectern::runtime
