#include "server/byte_range.h"

#include <gtest/gtest.h>

#include <utility>

namespace lectern::server {
namespace {

using Pair = std::pair<std::int64_t, std::int64_t>;

Pair range(std::string_view header, std::int64_t size) {
  const auto found = parse_range(header, size);
  return found ? Pair{found->begin, found->end} : Pair{-1, -1};
}

TEST(ByteRangeTest, PartsOfABody) {
  EXPECT_EQ(range("bytes=0-0", 10), Pair(0, 1));
  EXPECT_EQ(range("bytes=2-5", 10), Pair(2, 6));
  EXPECT_EQ(range("bytes=2-", 10), Pair(2, 10));
  EXPECT_EQ(range("bytes=2-99", 10), Pair(2, 10));
  EXPECT_EQ(range("bytes=-3", 10), Pair(7, 10));
  EXPECT_EQ(range("bytes=-99", 10), Pair(0, 10));
  EXPECT_EQ(range("bytes= 2-5 ", 10), Pair(2, 6));
  EXPECT_EQ(range("bytes=0-9223372036854775807", 10), Pair(0, 10));
  EXPECT_EQ(range("bytes=0-99999999999999999999999", 10), Pair(0, 10));
}

TEST(ByteRangeTest, PartsThatABodyLacksAreEmpty) {
  EXPECT_EQ(range("bytes=10-", 10), Pair(10, 10));
  EXPECT_EQ(range("bytes=10-20", 10), Pair(10, 10));
  EXPECT_EQ(range("bytes=99999999999999999999999-", 10), Pair(10, 10));
  EXPECT_EQ(range("bytes=-0", 10), Pair(10, 10));
  EXPECT_EQ(range("bytes=0-", 0), Pair(0, 0));
  EXPECT_EQ(range("bytes=-5", 0), Pair(0, 0));
}

TEST(ByteRangeTest, WhatIsNoSingleRangeIsIgnored) {
  for (const auto* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1-2,4-5", "bytes=1",
                             "items=0-5", "bytes=+1-2", "bytes=0x1-2", "bytes=1-2-3", "bytes=--1", "bytes=1 -2"})
    EXPECT_FALSE(parse_range(header, 10)) << header;
}

}  // namespace
}  // namespace lectern::server
