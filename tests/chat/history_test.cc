#include "chat/history.h"

#include <gtest/gtest.h>

namespace lectern::chat {
namespace {

TEST(RetrievalQuery, StandsAloneWhereItCan) {
  const std::vector<Turn> history = {{"How is green tea brewed?", "At 80 degrees."}};
  EXPECT_EQ(retrieval_query("Which pressure does an espresso machine need?", history),
            "Which pressure does an espresso machine need?");
  EXPECT_EQ(retrieval_query("And how long does it take?", {}), "And how long does it take?");
}

TEST(RetrievalQuery, LooksBackWhereItMust) {
  const std::vector<Turn> history = {{"How is coffee made?", "…"}, {"How is green tea brewed?", "At 80 degrees."}};
  EXPECT_EQ(retrieval_query("And how long does it take?", history),
            "And how long does it take? How is green tea brewed?");
  EXPECT_EQ(retrieval_query("Why?", history), "Why? How is green tea brewed?");
  EXPECT_EQ(retrieval_query("它需要多长时间才能泡好？", history), "它需要多长时间才能泡好？ How is green tea brewed?");
}

}  // namespace
}  // namespace lectern::chat
