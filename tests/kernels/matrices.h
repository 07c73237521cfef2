// Matrices for the kernels' tests: random weights of every format, packed ones, rows with room around them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "core/half.h"
#include "core/view.h"
#include "kernels/activation_row.h"
#include "kernels/packed_matrix.h"

namespace lectern::kernels::test {

inline constexpr std::array<DType, 9> kWeightTypes = {DType::kF32,  DType::kF16,  DType::kBF16,
                                                      DType::kQ4_0, DType::kQ4_1, DType::kQ8_0,
                                                      DType::kQ4_K, DType::kQ5_K, DType::kQ6_K};

inline constexpr std::array<DType, 6> kQuantizedTypes = {DType::kQ4_0, DType::kQ4_1, DType::kQ8_0,
                                                         DType::kQ4_K, DType::kQ5_K, DType::kQ6_K};

inline std::vector<Isa> vector_isas() {
  std::vector<Isa> isas = machine_isas();
  isas.erase(isas.begin());
  return isas;
}

/// Bytes at a multiple of 64, filled with 0xa5 until somebody writes.
class Bytes {
 public:
  explicit Bytes(std::size_t size) : storage_(size + 64, std::byte{0xa5}) {
    void* at = storage_.data();
    std::size_t space = storage_.size();
    data_ = static_cast<std::byte*>(std::align(64, size, at, space));
  }
  Bytes(Bytes&&) = default;
  Bytes(const Bytes&) = delete;
  std::byte* data() const { return data_; }

 private:
  std::vector<std::byte> storage_;
  std::byte* data_;
};

/// Random blocks whose scales are about `scale`; every bit pattern of the quantized values occurs, -128 in Q8_0 too.
inline std::vector<std::byte> random_weights(DType type, std::int64_t rows, std::int64_t columns, unsigned seed,
                                             float scale = 0.01f) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  std::vector<std::byte> bytes(static_cast<std::size_t>(rows) * row_bytes(type, columns));
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  const std::size_t block = block_bytes(type);
  for (std::size_t at = 0; at < bytes.size(); at += block) {
    const float value = normal(random);
    const std::uint16_t half[2] = {float_to_f16(value), float_to_f16(normal(random))};
    const std::uint16_t brain = float_to_bf16(value);
    std::byte* p = bytes.data() + at;
    switch (type) {
      case DType::kF32:
        std::memcpy(p, &value, 4);
        break;
      case DType::kBF16:
        std::memcpy(p, &brain, 2);
        break;
      case DType::kQ6_K:
        std::memcpy(p + 208, half, 2);
        break;
      case DType::kQ4_1:
      case DType::kQ4_K:
      case DType::kQ5_K:
        std::memcpy(p, half, 4);
        break;
      default:
        std::memcpy(p, half, 2);
        break;
    }
  }
  return bytes;
}

/// A weight matrix packed for one instruction set.
class Packed {
 public:
  Packed(Isa isa, DType type, std::int64_t rows, std::int64_t columns, std::span<const std::byte> source)
      : bytes_(packed_bytes(isa, type, rows, columns)), matrix_{type, rows, columns, bytes_.data()} {
    pack(isa, type, rows, columns, source.data(), bytes_.data());
  }
  const PackedMatrix& matrix() const { return matrix_; }

 private:
  Bytes bytes_;
  PackedMatrix matrix_;
};

/// A matrix of F32 or kI8G32 with rows `gap` bytes (a multiple of 64) apart from each other.
class Matrix {
 public:
  Matrix(DType type, std::int64_t rows, std::int64_t columns, std::size_t gap = 0)
      : stride_(align64(type == DType::kF32 ? static_cast<std::size_t>(columns) * 4 : quantized_row_bytes(columns)) +
                gap),
        bytes_(static_cast<std::size_t>(rows) * stride_),
        view_{bytes_.data(), type, rows, columns, stride_} {}

  static Matrix random(std::int64_t rows, std::int64_t columns, unsigned seed, float scale = 1.0f) {
    Matrix made(DType::kF32, rows, columns);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, scale);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < columns; ++i) made.view_.row<float>(row)[i] = normal(random);
    }
    return made;
  }

  const View& view() const { return view_; }
  View rows(std::int64_t first, std::int64_t count) const {
    View part = view_;
    part.data += static_cast<std::size_t>(first) * view_.stride;
    part.rows = count;
    return part;
  }
  float* row(std::int64_t r) const { return view_.row<float>(r); }

 private:
  std::size_t stride_;
  Bytes bytes_;
  View view_;
};

}  // namespace lectern::kernels::test
