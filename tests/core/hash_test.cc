#include "core/hash.h"

#include <gtest/gtest.h>

namespace lectern {
namespace {

TEST(Hash, MatchesThePublishedVector) {  // FIPS 180-2, appendix B.1
  const std::string text = "abc";
  EXPECT_EQ(sha256(std::as_bytes(std::span(text))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace lectern
