#include "chat/judge.h"

#include <gtest/gtest.h>

#include "fake_engine.h"
#include "fake_library.h"

namespace lectern::chat {
namespace {

TEST(Judge, ReadsYesAgainstNo) {
  test::FakeEngine engine;
  const auto phrases = phrases_for("How hot?");
  const std::vector<Passage> passages = {test::passage("tea.txt", "Tea is brewed at 80 degrees.")};
  const auto prompt = PromptBuilder(engine.tokenizer(), phrases, "How hot?", 3000).build(passages, {});
  for (const double agrees : {0.0, 0.25, 1.0}) {
    engine.agrees = agrees;
    EXPECT_NEAR(judge(engine, prompt, phrases, {}).answered, agrees, 1e-6);
  }
  EXPECT_LT(judge(engine, prompt, phrases, {}).likelihood, -50) << "the fake knows two letters only";
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
