#include "formats/checksum.h"

#include <array>
#include <bit>
#include <cstring>

namespace lectern::formats {
namespace {

constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio, odd
constexpr std::size_t kLanes = 8;                       // enough to hide a multiplication's latency
constexpr std::size_t kStripe = kLanes * sizeof(std::uint64_t);

using Lanes = std::array<std::uint64_t, kLanes>;

std::uint64_t mix(std::uint64_t state, std::uint64_t word) { return std::rotl(state ^ word, 29) * kFactor; }

void add_stripe(Lanes& lanes, const std::byte* stripe) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    std::uint64_t word;
    std::memcpy(&word, stripe + i * sizeof word, sizeof word);
    lanes[i] = mix(lanes[i], word);
  }
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) {
  Lanes lanes;
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = kFactor * (i + 1);
  std::size_t position = 0;
  for (; position + kStripe <= bytes.size(); position += kStripe) add_stripe(lanes, bytes.data() + position);
  if (position < bytes.size()) {
    std::array<std::byte, kStripe> last{};
    std::memcpy(last.data(), bytes.data() + position, bytes.size() - position);
    add_stripe(lanes, last.data());
  }
  std::uint64_t sum = bytes.size();
  for (const std::uint64_t lane : lanes) sum = mix(sum, lane);
  sum ^= sum >> 32;
  return sum * kFactor;
}

}  // namespace lectern::formats
