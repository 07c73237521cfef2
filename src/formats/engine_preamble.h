// The first 64 bytes of an engine file.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

namespace lectern::formats {

struct EnginePreamble {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t zero;
  std::uint64_t file_bytes;
  std::uint64_t header_offset;
  std::uint64_t header_bytes;
  std::uint64_t header_checksum;
  std::uint64_t checksum;  // of what is before it
  std::uint64_t zero_too;
};
static_assert(sizeof(EnginePreamble) == 64 && std::is_trivially_copyable_v<EnginePreamble>);

inline constexpr std::array<char, 8> kEngineMagic = {'L', 'E', 'C', 'T', 'E', 'R', 'N', '\0'};
inline constexpr std::uint64_t kMaxEngineHeaderBytes = std::uint64_t{64} << 20;

}  // namespace lectern::formats
