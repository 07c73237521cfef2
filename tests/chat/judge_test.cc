#include "chat/judge.h"

#include <gtest/gtest.h>

#include "fake_engine.h"

namespace lectern::chat {
namespace {

Candidate candidate(std::string_view excerpt) { return {1, excerpt, excerpt, "Tea", 0, 0}; }

TEST(Judge, ReadsYesAgainstNo) {
  test::FakeEngine engine;
  const std::vector<Candidate> candidates = {candidate("Tea is brewed at 80 degrees.")};
  for (const double agrees : {0.0, 0.25, 1.0}) {
    engine.agrees = agrees;
    const auto found = judged(engine, phrases_for("How hot?"), "How hot?", candidates, {});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(found[0], agrees, 1e-6);
  }
  EXPECT_EQ(
      engine.prompts().back(),
      "\x01system\nYou judge whether an excerpt answers a question.\x02\n\x01user\nExcerpt from Tea: Tea is brewed "
      "at 80 degrees.\n\nQuestion: How hot?\nDoes this excerpt answer the question? Reply only yes or "
      "no.\x02\n\x01"
      "assistant\n");
}

TEST(Judge, ReadsOnUntilAnExcerptAnswers) {
  test::FakeEngine engine;
  const std::vector<Candidate> candidates(12, candidate("Tea is brewed at 80 degrees."));
  engine.agrees = 0.9;
  EXPECT_EQ(judged(engine, phrases_for("How hot?"), "How hot?", candidates, {}).size(), 5u);
  engine.agrees = 0.1;
  EXPECT_EQ(judged(engine, phrases_for("How hot?"), "How hot?", candidates, {}).size(), 12u);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(judged(engine, phrases_for("How hot?"), "How hot?", candidates, stop.get_token()).empty());
}

TEST(Judge, ALongQuestionLeavesLessOfTheExcerpt) {
  test::FakeEngine engine;  // one token a byte
  engine.info().context_length = 400;
  const std::string text(600, 'a');
  const std::vector<Candidate> candidates = {candidate(text)};
  EXPECT_EQ(judged(engine, phrases_for("How hot?"), "How hot?", candidates, {}).size(), 1u);
  EXPECT_LT(engine.prompts().back().size(), 400u);
}

TEST(Judge, LikelihoodsAreMeansOfTheQuestionsTokens) {
  test::FakeEngine engine;
  engine.agrees = 0.5;
  const std::vector<std::string> texts = {"Tea", "A longer text about coffee"};
  const auto found = question_likelihoods(engine, texts, "yn");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(found[0], found[1], 1e-9);
  EXPECT_GT(found[0], -50);
}

}  // namespace
}  // namespace lectern::chat
