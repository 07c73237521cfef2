#include "core/paths.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "lectern/error.h"

namespace lectern {
namespace {

TEST(Paths, QuotesWhatATerminalMustNotSee) {
  EXPECT_EQ(quoted("/a b/\xe4\xb8\xad.txt"), "\"/a b/\xe4\xb8\xad.txt\"");
  EXPECT_EQ(quoted("a\x1b[2J\xff"), "\"a\\x1b[2J\\xff\"");
}

TEST(Paths, RepairsMalformedUtf8) {
  EXPECT_EQ(to_valid_utf8("ok \xed\xa0\x80."), "ok \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.");
  EXPECT_EQ(to_valid_utf8("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
}

TEST(Paths, AFailedWriteLeavesTheOldFile) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "atomic";
  std::filesystem::create_directories(folder);
  const auto file = folder / "value";
  write_atomically(file, [](int descriptor) { ASSERT_EQ(::write(descriptor, "old", 3), 3); });
  EXPECT_THROW(write_atomically(file, [](int) { throw Error(ErrorCode::kIo, "no"); }), Error);
  std::string text;
  std::ifstream(file) >> text;
  EXPECT_EQ(text, "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

}  // namespace
}  // namespace lectern
