// Memory that a worker keeps between calls, since kernels own none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "kernels/cpu/isa.h"

LECTERN_ISA_BEGIN

/// Grows to the largest request so far and keeps nothing of what was in it. Use it as a thread_local.
class Scratch {
 public:
  /// 64-byte aligned, uninitialised.
  std::byte* reserve(std::size_t bytes) {
    if (bytes > size_) {
      memory_.reset();
      size_ = (bytes + 4095) / 4096 * 4096;
      memory_.reset(static_cast<std::byte*>(std::aligned_alloc(64, size_)));
      if (!memory_) throw std::bad_alloc();
    }
    return memory_.get();
  }
  float* floats(std::size_t count) { return reinterpret_cast<float*>(reserve(count * sizeof(float))); }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0;
};

LECTERN_ISA_END
