#include "cli/progress_bar.h"

#include <gmock/gmock.h>

namespace lectern::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Progress halfway() {
  return {.stage = "embed", .unit = "word pieces", .done = 5000, .total = 10000, .detail = "a.pdf"};
}

TEST(ProgressLine, TellsRateAndTimeLeft) {
  const auto line = progress_line(halfway(), 10, 120);
  EXPECT_THAT(line, HasSubstr("embed"));
  EXPECT_THAT(line, HasSubstr(" 50%"));
  EXPECT_THAT(line, HasSubstr("5,000 of 10,000 word pieces"));
  EXPECT_THAT(line, HasSubstr("500/s"));
  EXPECT_THAT(line, HasSubstr("10 s left"));
  EXPECT_THAT(line, HasSubstr("a.pdf"));
}

TEST(ProgressLine, FitsTheTerminal) {
  for (int width = 1; width < 100; ++width)
    EXPECT_LT(progress_line(halfway(), 10, width).size(), static_cast<std::size_t>(width));
}

TEST(ProgressLine, KnowsNoEndWithoutATotal) {
  auto progress = halfway();
  progress.total = 0;
  EXPECT_THAT(progress_line(progress, 10, 120), Not(HasSubstr("left")));
  progress.done = 20000;
  progress.total = 10000;
  EXPECT_THAT(progress_line(progress, 0, 120), HasSubstr("100%"));
}

TEST(ProgressLine, NamesOfFilesCannotDraw) {
  auto progress = halfway();
  progress.detail = "a\x1b[2J.pdf";
  EXPECT_EQ(progress_line(progress, 10, 120).find('\x1b'), std::string::npos);
}

TEST(Grouped, SetsCommas) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-1234), "-1,234");
}

}  // namespace
}  // namespace lectern::cli
