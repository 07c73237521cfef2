#include "chat/history.h"

#include <gtest/gtest.h>

#include "fake_engine.h"

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

TEST(MayStandAlone, ShortQuestionsThatNeitherPointBackNorGoOn) {
  for (const char* whole : {"Who is the lighthouse keeper?", "What is the parrot called?",
                            "How warm must the compost heap get in its middle?", "灯塔的看守人是谁？"})
    EXPECT_TRUE(may_stand_alone(whole)) << whole;
  for (const char* part : {"Why?", "And black tea?", "What about black tea?", "Who is its keeper?", "那么红茶呢？"})
    EXPECT_FALSE(may_stand_alone(part)) << part;
}

TEST(RetrievalQuery, KeepsTheTopicOfAChain) {
  std::vector<Turn> history = {{"How is green tea brewed?", "…", "How is green tea brewed?"}};
  EXPECT_EQ(topic_of("And how long?", history), "How is green tea brewed?");
  history.push_back({"And how long?", "…", topic_of("And how long?", history)});
  EXPECT_EQ(retrieval_query("Why so?", history), "Why so? And how long? How is green tea brewed?");
  EXPECT_EQ(topic_of("Which pressure does an espresso machine need?", history),
            "Which pressure does an espresso machine need?");
}

TEST(Completion, TakesOnlyWhatWasSaid) {
  test::FakeEngine engine;
  const std::vector<Turn> history = {{"How is green tea brewed?", "At 80 degrees.", ""}};
  const auto completed = [&](const std::string& question, const std::string& reply) {
    engine.reply = {reply};
    return completed_by(engine, question, history, {});
  };
  EXPECT_EQ(completed("And how long does it take?", "How long does it take to brew green tea?"),
            "How long does it take to brew green tea?");
  EXPECT_EQ(completed("And how long does it take?", "- \"How long does green tea take?\""),
            "How long does green tea take?");
  EXPECT_EQ(completed("And how long does it take?", "How long does it take to fly to Rome?"), "");
  EXPECT_EQ(completed("And how long does it take?", "How is green tea brewed?"), "") << "the question is gone";
  EXPECT_EQ(completed("And how long does it take?", "How long does it take?"), "") << "it still points back";
  EXPECT_EQ(completed("Who roasts?", "Who roasts?"), "Who roasts?");
  EXPECT_EQ(completed(std::string(5000, 'x'), "x"), "");
  EXPECT_EQ(completed("Why?", ""), "");
}

}  // namespace
}  // namespace lectern::chat
