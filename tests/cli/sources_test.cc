#include "cli/sources.h"

#include <gmock/gmock.h>

namespace lectern::cli {
namespace {

using testing::HasSubstr;

Citation citation(int number, const std::string& quote) {
  Citation made;
  made.number = number;
  made.file = "/guide.pdf";
  made.page = 3;
  made.quote = quote;
  return made;
}

TEST(CitationLines, NumberPlaceAndQuoteOnce) {
  Answer answer;
  answer.citations = {citation(2, "Second."), citation(1, "First\nline."), citation(2, "Second.")};
  EXPECT_EQ(citation_lines(answer), "[1] /guide.pdf, page 3: \"First line.\"\n[2] /guide.pdf, page 3: \"Second.\"\n");
}

TEST(CitationLines, MomentsOfRecordings) {
  Answer answer;
  answer.citations = {citation(1, "Spoken."), citation(2, "Seen.")};
  for (auto& one : answer.citations) one.page = {};
  answer.citations[0].time_ms = 83'400;
  answer.citations[1].file = "https://www.youtube.com/watch?v=abcdefghijk";
  answer.citations[1].time_ms = 3'725'000;
  answer.citations[1].url = answer.citations[1].file + "&t=3725s";
  EXPECT_EQ(citation_lines(answer),
            "[1] /guide.pdf, 1:23: \"Spoken.\"\n"
            "[2] https://www.youtube.com/watch?v=abcdefghijk&t=3725s (1:02:05): \"Seen.\"\n");
}

TEST(CitationLines, ExplainTheMarkOfUnsupportedSentences) {
  Answer answer;
  answer.sentences = {{{0, 9}, false}};
  EXPECT_THAT(citation_lines(answer), testing::StartsWith("[?] "));
}

TEST(CitationLines, LongQuotesAreCut) {
  Answer answer;
  std::string quote;
  for (int i = 0; i < 200; ++i) quote += "茶";
  answer.citations = {citation(1, quote)};
  const auto line = citation_lines(answer);
  EXPECT_LT(line.size(), 400u);
  EXPECT_THAT(line, HasSubstr("茶 …"));
}

TEST(PassageLines, AreCutToTheirNumber) {
  Passage passage;
  passage.file = "/a.txt";
  passage.heading = "Tea";
  for (int i = 0; i < 200; ++i) passage.text += "words ";
  const auto two = passage_lines(std::vector{passage}, 2);
  EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 3);
  EXPECT_THAT(two, HasSubstr("[1] /a.txt · Tea\n"));
  EXPECT_THAT(two, HasSubstr(" …\n"));
  EXPECT_GT(passage_lines(std::vector{passage}, 0).size(), passage.text.size());
}

}  // namespace
}  // namespace lectern::cli
