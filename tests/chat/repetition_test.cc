#include "chat/repetition.h"

#include <gtest/gtest.h>

namespace lectern::chat {
namespace {

TEST(Repetition, FindsTheSameSentence) {
  Repetition repetition;
  EXPECT_FALSE(repetition.repeats("The kettle is on the stove."));
  EXPECT_TRUE(repetition.may_repeat("The kettle is"));
  EXPECT_FALSE(repetition.may_repeat("The kettle was"));
  EXPECT_FALSE(repetition.repeats("The kettle is on the table."));
  EXPECT_TRUE(repetition.repeats("2. The kettle is on the stove!"));
}

TEST(Repetition, AllowsShortOnes) {
  Repetition repetition;
  EXPECT_FALSE(repetition.repeats("Yes."));
  EXPECT_FALSE(repetition.repeats("Yes."));
}

TEST(Loop, FindsTheSameWords) {
  EXPECT_TRUE(ends_in_loop("It is the best of the best of the best of the best of the best of the "));
  EXPECT_TRUE(ends_in_loop(std::string(60, 'a')));
  EXPECT_FALSE(ends_in_loop("It is the best of all kettles that were ever on any stove in this house "));
  EXPECT_FALSE(ends_in_loop("| " + std::string(80, '-')));
  EXPECT_FALSE(ends_in_loop(""));
}

}  // namespace
}  // namespace lectern::chat
