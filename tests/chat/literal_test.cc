#include "chat/literal.h"

#include <gmock/gmock.h>

namespace lectern::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Literals, NumbersOptionsPathsAndNames) {
  EXPECT_THAT(literals("Use `--max-time=30` (or -t)."), ElementsAre("--max-time", "-t", "30"));
  EXPECT_THAT(literals("It is in /etc/opt/, not ~/.config."), ElementsAre("/etc/opt", "~/.config"));
  EXPECT_THAT(literals("Set LD_PRELOAD and call setName() in foo.h"), ElementsAre("foo.h", "ld_preload", "setname"));
  EXPECT_THAT(literals("1,200 mm – at 80 °C, on 6 March."), ElementsAre("1200", "6", "80"));
  EXPECT_THAT(literals("Tea and/or coffee: it's well-known, says Anna."), IsEmpty());
}

TEST(Names, AreNeitherPlainWordsNorNumbers) {
  EXPECT_THAT(names("Which port does PostgreSQL's zstd use on Debian 12, as I asked on x86_64?"),
              ElementsAre("postgresql", "zstd", "debian", "x86_64"));
  EXPECT_THAT(names("GDB reads foo.c"), ElementsAre("gdb", "foo.c"));
  EXPECT_THAT(names("Why 30 of them?"), IsEmpty());
  EXPECT_THAT(names("PostgreSQL监听哪个端口？"), ElementsAre("postgresql"));
}

TEST(LiteralText, HoldsWholeWords) {
  const LiteralText text("Give --max-time=30, or put 1,200 into /etc/opt/tea.conf; version 1.2.3 needs three.");
  for (const auto* held : {"--max-time", "30", "1200", "/etc/opt", "1.2.3", "3"}) EXPECT_TRUE(text.holds(held)) << held;
  for (const auto* other : {"--max", "3000", "200", "1.2", "/etc/op", "--min-time", "31"})
    EXPECT_FALSE(text.holds(other)) << other;
}

TEST(LiteralText, UnitsAndLineBreaks) {
  EXPECT_TRUE(LiteralText("Brew at 80 degrees.").holds("80°c"));
  EXPECT_TRUE(LiteralText("It has 512MB.").holds("512"));
  EXPECT_TRUE(LiteralText("call it with --max-invoke-\nms=0").holds("--max-invoke-ms"));
  EXPECT_TRUE(LiteralText("with –malloc–fill").holds("-malloc-fill"));
}

}  // namespace
}  // namespace lectern::chat
