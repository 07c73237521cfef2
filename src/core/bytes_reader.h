// Reading little-endian values from bytes that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "lectern/error.h"

namespace lectern {

/// Every read checks what is left; past the end it throws Error kCorrupt: "WHAT ends at byte N, in FIELD".
class BytesReader {
 public:
  /// `what` names the source in messages and must outlive the reader.
  BytesReader(std::span<const std::byte> bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }

  template <typename T>
  T read(std::string_view field) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T), field).data(), sizeof(T));
    return value;
  }

  std::span<const std::byte> take(std::uint64_t count, std::string_view field) {
    if (count > remaining()) {
      throw Error(ErrorCode::kCorrupt, std::string(what_) + " ends inside " + std::string(field) + ": it asks for " +
                                           std::to_string(count) + " bytes at byte " + std::to_string(position_) +
                                           ", and " + std::to_string(remaining()) +
                                           " are left. The file is damaged or was cut short.");
    }
    auto part = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    return part;
  }

  std::string_view take_text(std::uint64_t count, std::string_view field) {
    auto part = take(count, field);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

 private:
  std::span<const std::byte> bytes_;
  std::string_view what_;
  std::size_t position_ = 0;
};

}  // namespace lectern
