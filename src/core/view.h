// A matrix that somebody else owns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace lectern {

/// [rows, columns], rows `stride` bytes apart. `data` may be memory of any device: only kernels look inside.
struct View {
  std::byte* data = nullptr;
  DType type = DType::kF32;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::size_t stride = 0;

  explicit operator bool() const { return data != nullptr; }

  template <typename T>
  T* row(std::int64_t r) const {
    return reinterpret_cast<T*>(data + static_cast<std::size_t>(r) * stride);
  }
};

}  // namespace lectern
