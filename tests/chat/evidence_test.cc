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
  EXPECT_EQ(tea.quote, passages[0].text) << "the claim needs both sentences";
  EXPECT_EQ(evidence.best("It is brewed at 80 degrees.").quote, "It is brewed at 80 degrees for two minutes.");
  EXPECT_GE(tea.score, Evidence::kSupported);
  const auto espresso = evidence.best("Espresso is made with nine bar of pressure.");
  EXPECT_EQ(espresso.number, 2);
  EXPECT_EQ(espresso.quote, "Espresso needs nine bar of pressure.");
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

TEST_F(EvidenceTest, WhatIsAddedToTheQuestionCounts) {
  const std::string question = "How many bar of pressure does an espresso machine need?";
  const std::string claim = "An espresso machine needs the pressure of a steam engine.";
  EXPECT_LT(Evidence(passages, question).best(claim).score, Evidence::kSupported);
  EXPECT_GE(Evidence(passages, question).best("It needs nine bar.").score, Evidence::kSupported);
}

TEST_F(EvidenceTest, MeaningCounts) {
  const std::string claim = "Leaves are steeped at 80 degrees.";
  const auto with = [&](double cosine) {
    return Evidence(passages, {},
                    [=](std::string_view, std::span<const std::string> others) {
                      return std::vector<double>(others.size(), cosine);
                    })
        .best(claim)
        .score;
  };
  EXPECT_GT(with(0.9), with(0.2));
  EXPECT_LT(Evidence(passages, {},
                     [](std::string_view, std::span<const std::string> others) {
                       return std::vector<double>(others.size(), 1);
                     })
                .best("Green tea is brewed at 95 degrees.")
                .score,
            Evidence::kSupported)
      << "whatever the meaning, a figure is missing";
}

TEST_F(EvidenceTest, QuotesFromTheNamedPassage) {
  EXPECT_EQ(evidence.best_in(2, "It takes 80 degrees.").quote, "Coffee beans are roasted at 220 degrees.");
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

TEST(Evidence, ExcerptsTakeInWhatFollows) {
  const std::string longish(280, 'X');
  const std::vector<Passage> passages = {test::passage("a.txt", "Heat the kettle as follows:\n\n- Fill it. " + longish +
                                                                    "\n\nTea likes the kettle. It is brewed soon. " +
                                                                    longish + ".")};
  const auto excerpt = [&](std::string_view sentence) {
    for (const auto& candidate : Evidence(passages, "kettle").candidates(20)) {
      if (candidate.sentence == sentence) return std::string(candidate.excerpt);
    }
    return std::string("none");
  };
  EXPECT_EQ(excerpt("Heat the kettle as follows:"), "Heat the kettle as follows:\n\n- Fill it.");
  EXPECT_EQ(excerpt("Tea likes the kettle."), "Tea likes the kettle. It is brewed soon.");
}

TEST(Evidence, CandidatesMayShareMeaningAlone) {
  const std::vector<Passage> passages = {
      test::passage("a.txt", "Rain falls in autumn. The kettle is heated to 80 degrees. Snow falls in winter.")};
  const auto likes_kettles = [](std::string_view, std::span<const std::string> others) {
    std::vector<double> near;
    for (const auto& other : others) near.push_back(other.find("kettle") != std::string::npos ? 0.8 : 0.1);
    return near;
  };
  const auto found = Evidence(passages, "How warm should water be?", likes_kettles).candidates(1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sentence, "The kettle is heated to 80 degrees.");
  EXPECT_EQ(found[0].similarity, 0.8);
}

TEST(Evidence, MayBeEmpty) { EXPECT_EQ(Evidence({}).best("Anything at all.").number, 0); }

}  // namespace
}  // namespace lectern::chat
