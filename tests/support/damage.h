// Every way in which a small file can be cut short or lose a bit.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"
#include "support/temporary_file.h"

namespace lectern::support {

/// What came of opening damaged files: each either opened or threw lectern::Error; anything else fails the test.
struct DamageReport {
  int opened = 0;
  int refused = 0;
};

using Open = std::function<void(const std::filesystem::path&)>;

inline void open_damaged(const std::filesystem::path& path, const Open& open, DamageReport& report) {
  try {
    open(path);
    ++report.opened;
  } catch (const Error& error) {
    ++report.refused;
    EXPECT_NE(std::string(error.what()).find(path.filename().native()), std::string::npos) << error.what();
    EXPECT_EQ(to_valid_utf8(error.what()), error.what());
  } catch (const std::exception& other) {
    ADD_FAILURE() << "not a lectern::Error: " << other.what();
  }
}

// Both change one file in place: a file system may sync one that is emptied and written anew, which takes milliseconds.

/// Opens each proper prefix of `whole`, the empty one too.
inline DamageReport open_prefixes(const std::filesystem::path& path, const std::vector<std::byte>& whole,
                                  const Open& open) {
  DamageReport report;
  write_file(path, whole);
  for (std::size_t size = whole.size(); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    open_damaged(path, open, report);
  }
  return report;
}

/// Opens `whole` with each single bit of bytes [begin, end) flipped.
inline DamageReport open_bit_flips(const std::filesystem::path& path, const std::vector<std::byte>& whole,
                                   std::size_t begin, std::size_t end, const Open& open) {
  DamageReport report;
  write_file(path, whole);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t position, std::byte byte) {
    file.seekp(static_cast<std::streamoff>(position));
    file.put(static_cast<char>(byte)).flush();
  };
  for (std::size_t position = begin; position < end; ++position) {
    for (int bit = 0; bit < 8; ++bit) {
      put(position, whole[position] ^ (std::byte{1} << bit));
      open_damaged(path, open, report);
    }
    put(position, whole[position]);
  }
  EXPECT_TRUE(file.good());
  return report;
}

}  // namespace lectern::support
