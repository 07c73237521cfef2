#include "cli/terminal.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace lectern::cli {
namespace {

TEST(Printable, KeepsText) { EXPECT_EQ(printable("Tea, 茶\tand\nmore — “so”"), "Tea, 茶\tand\nmore — “so”"); }

TEST(Printable, DropsWhatCouldMisuseATerminal) {
  EXPECT_EQ(printable("a\x1b[31mred\x1b[0m b"), "ared b");
  EXPECT_EQ(printable("a\x1b]0;title\x07"
                      "b"),
            "ab");
  EXPECT_EQ(printable("a\x1b]8;;http://x\x1b\\link"), "alink");
  EXPECT_EQ(printable("a\rb\bc\x7f"), "abc");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "31mb"),
            "a31mb");
  EXPECT_EQ(printable("a\u202e"
                      "b\u2066"
                      "c"),
            "abc");
  EXPECT_EQ(printable("a\x1b(Bb"), "ab");
  EXPECT_EQ(printable("a\xff"), "a\ufffd");
}

TEST(Printable, AnUnfinishedSequenceEndsSomewhere) {
  EXPECT_EQ(printable("a\x1b]0;no end\nb"), "a\nb");
  EXPECT_FALSE(printable("\x1b]" + std::string(1000, 'x')).empty());
}

TEST(Printable, SequencesInPieces) {
  ControlFilter filter;
  EXPECT_EQ(filter.add("a\x1b"), "a");
  EXPECT_EQ(filter.add("[3"), "");
  EXPECT_EQ(filter.add("1mred"), "red");
}

TEST(OneLine, JoinsLines) { EXPECT_EQ(one_line("  a\n\n b\tc  "), "a b c"); }

TEST(Wrapped, BreaksBetweenWords) {
  EXPECT_EQ(wrapped("one two three", "  ", 10), "  one two\n  three\n");
  EXPECT_EQ(wrapped("averyveryverylongword x", "", 5), "averyveryverylongword\nx\n");
  EXPECT_EQ(wrapped("", "  ", 10), "  \n");
}

TEST(ShownPath, IsRelativeWhereThatIsShorter) {
  EXPECT_EQ(shown_path((std::filesystem::current_path() / "a/b.txt").native()), "a/b.txt");
  EXPECT_EQ(shown_path("/b.txt"), "/b.txt");
}

}  // namespace
}  // namespace lectern::cli
