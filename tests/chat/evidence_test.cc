#include "chat/evidence.h"

#include <gtest/gtest.h>

#include "fake_library.h"

namespace lectern::chat {
namespace {

class EvidenceTest : public testing::Test {
 protected:
  std::vector<Passage> passages = {
      test::passage("tea.txt", "Green tea is grown in the hills. It is brewed at 80 degrees for two minutes."),
      test::passage("coffee.txt", "Coffee beans are roasted at 220 degrees. Espresso needs nine bar of pressure."),
  };
  Evidence evidence{passages};
};

TEST_F(EvidenceTest, FindsPassageAndSentence) {
  const auto tea = evidence.best("Brew green tea at 80 degrees.");
  EXPECT_EQ(tea.number, 1);
  EXPECT_EQ(tea.sentence, "It is brewed at 80 degrees for two minutes.");
  EXPECT_GE(tea.score, Evidence::kSupported);
  const auto espresso = evidence.best("Espresso is made with nine bar of pressure.");
  EXPECT_EQ(espresso.number, 2);
  EXPECT_EQ(espresso.sentence, "Espresso needs nine bar of pressure.");
}

TEST_F(EvidenceTest, SupportsNothingUnrelated) {
  EXPECT_LT(evidence.best("The train to Berlin leaves from platform seven.").score, Evidence::kSupported);
  EXPECT_LT(evidence.best("I hope that this helps!").score, Evidence::kSupported);
  EXPECT_LT(evidence.best("").score, Evidence::kSupported);
}

TEST_F(EvidenceTest, WrongFigureIsNotSupported) {
  EXPECT_LT(evidence.best("Green tea is brewed at 95 degrees.").score,
            evidence.best("Green tea is brewed at 80 degrees.").score);
  EXPECT_LT(evidence.best("Green tea is brewed at 95 degrees.").score, Evidence::kSupported);
}

TEST_F(EvidenceTest, QuotesFromTheNamedPassage) {
  EXPECT_EQ(evidence.best_in(2, "It takes 80 degrees.").sentence, "Coffee beans are roasted at 220 degrees.");
}

TEST(Evidence, CandidatesHaveTheFigureAndTheHeading) {
  const std::vector<Passage> passages = {
      test::passage("tea.txt",
                    "Black tea\n\nTea grows on bushes. It is steeped for three minutes.\n\nGreen "
                    "tea\n\nTea is an old drink. It is steeped for two minutes."),
      test::passage("table.txt", "Tea\tTime\nWhite\tfour minutes\nYellow\tfive minutes"),
  };
  const auto found = Evidence(passages, "How long is green tea steeped?").candidates(20);
  ASSERT_EQ(found.size(), 6u) << "titles and the head of a table are no candidates";
  EXPECT_EQ(found[0].sentence, "It is steeped for two minutes.");
  EXPECT_EQ(found[0].number, 1);
  EXPECT_NE(found[0].context.find("Green tea"), std::string::npos);
  EXPECT_EQ(Evidence(passages, "How long is green tea steeped?").candidates(2).size(), 2u);
}

TEST(Evidence, MayBeEmpty) { EXPECT_EQ(Evidence({}).best("Anything at all.").number, 0); }

}  // namespace
}  // namespace lectern::chat
