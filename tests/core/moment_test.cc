#include "core/moment.h"

#include <gtest/gtest.h>

namespace lectern {
namespace {

TEST(Moment, ForPeople) {
  EXPECT_EQ(clock_time(0), "0:00");
  EXPECT_EQ(clock_time(83'999), "1:23");
  EXPECT_EQ(clock_time(3'600'000), "1:00:00");
  EXPECT_EQ(clock_time(100 * 3'600'000LL + 61'000), "100:01:01");
}

TEST(Moment, AsALink) {
  EXPECT_EQ(link_to_moment("https://www.youtube.com/watch?v=abcdefghijk", 83'999),
            "https://www.youtube.com/watch?v=abcdefghijk&t=83s");
}

}  // namespace
}  // namespace lectern
