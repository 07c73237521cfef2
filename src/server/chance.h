// What nobody can foresee: seeds and the names of answers.
#pragma once

#include <cstdint>
#include <random>

namespace lectern::server {

/// 64 bits of the system's own randomness.
inline std::uint64_t chance() {
  std::random_device random;
  return (static_cast<std::uint64_t>(random()) << 32) | random();
}

}  // namespace lectern::server
