#include "library/vector_scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lectern::library {
namespace {

std::int32_t dot(const std::int8_t* row, const std::int16_t* query, std::size_t begin, std::size_t size) {
  std::int32_t sum = 0;
  for (std::size_t k = begin; k < size; ++k) sum += row[k] * query[k];
  return sum;
}

void scan_plain(const std::int8_t* rows, std::span<const std::int16_t> query, std::span<std::int32_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = dot(rows + i * query.size(), query.data(), 0, query.size());
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) inline std::int32_t total(__m256i sums) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
  return _mm_cvtsi128_si32(half);
}

__attribute__((target("avx2"))) void scan_avx2(const std::int8_t* rows, std::span<const std::int16_t> query,
                                               std::span<std::int32_t> out) {
  const std::size_t size = query.size(), whole = size / 16 * 16;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int8_t* row = rows + i * size;
    __m256i sums = _mm256_setzero_si256();
    for (std::size_t k = 0; k < whole; k += 16) {
      const __m256i a = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row + k)));
      const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query.data() + k));
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(a, b));
    }
    out[i] = total(sums) + dot(row, query.data(), whole, size);
  }
}

__attribute__((target("avx512f,avx512bw"))) void scan_avx512(const std::int8_t* rows,
                                                             std::span<const std::int16_t> query,
                                                             std::span<std::int32_t> out) {
  const std::size_t size = query.size(), whole = size / 32 * 32;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int8_t* row = rows + i * size;
    __m512i sums = _mm512_setzero_si512();
    for (std::size_t k = 0; k < whole; k += 32) {
      const __m512i a = _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + k)));
      sums = _mm512_add_epi32(sums, _mm512_madd_epi16(a, _mm512_loadu_si512(query.data() + k)));
    }
    const __m256i upper = _mm512_extracti64x4_epi64(sums, 1);
    out[i] = total(_mm256_add_epi32(_mm512_castsi512_si256(sums), upper)) + dot(row, query.data(), whole, size);
  }
}

#endif

}  // namespace

void scan(const std::int8_t* rows, std::span<const std::int16_t> query, std::span<std::int32_t> out, Isa isa) {
#if defined(__x86_64__)
  if (isa >= Isa::kAvx512) return scan_avx512(rows, query, out);
  if (isa == Isa::kAvx2) return scan_avx2(rows, query, out);
#endif
  scan_plain(rows, query, out);
}

}  // namespace lectern::library
