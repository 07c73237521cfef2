#include "chat/answer_stream.h"

#include <gmock/gmock.h>

#include "fake_library.h"

namespace lectern::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AnswerStreamTest : public testing::Test {
 protected:
  std::vector<Passage> passages = {
      test::passage("tea.txt", "Green tea is grown in the hills. It is brewed at 80 degrees for two minutes."),
      test::passage("coffee.txt", "Coffee beans are roasted at 220 degrees. Espresso needs nine bar of pressure."),
  };
  Evidence evidence{passages};

  struct Result {
    std::string text, streamed;
    std::vector<CitedSentence> sentences;
    bool ended;
  };
  Result run(const std::vector<std::string>& pieces, bool cited = true) {
    Result result;
    AnswerStream stream(cited ? &evidence : nullptr, [&](std::string_view piece) { result.streamed += piece; });
    for (const auto& piece : pieces) stream.add(piece);
    stream.finish();
    result.text = stream.text();
    result.sentences = stream.sentences();
    result.ended = stream.ended();
    return result;
  }
  std::string text(const std::string& raw) { return run({raw}).text; }
};

TEST_F(AnswerStreamTest, EverySplitGivesTheSame) {
  const std::string raw =
      "Green tea is brewed at 80 degrees [1]. Espresso needs nine bar of pressure. See Fig. 3 [7]!\n- Roasted, e.g. at "
      "220 degrees [2, 9] \n茶很好【1】。Nice [x] end [1";
  const auto whole = run({raw});
  EXPECT_EQ(whole.text,
            "Green tea is brewed at 80 degrees [1]. Espresso needs nine bar of pressure [2]. See Fig. 3 [?]!\n- "
            "Roasted, e.g. "
            "at 220 degrees [2] \n茶很好[?]。Nice [x] end [?]");
  for (std::size_t cut = 1; cut < raw.size(); ++cut) {
    if ((static_cast<unsigned char>(raw[cut]) & 0xc0u) == 0x80u) continue;
    for (std::size_t second = cut; second < std::min(raw.size(), cut + 9); ++second) {
      if ((static_cast<unsigned char>(raw[second]) & 0xc0u) == 0x80u) continue;
      const auto parts = run({raw.substr(0, cut), raw.substr(cut, second - cut), raw.substr(second)});
      ASSERT_EQ(parts.text, whole.text) << "cut at " << cut << " and " << second;
      ASSERT_EQ(parts.streamed, parts.text);
      ASSERT_EQ(parts.sentences.size(), whole.sentences.size());
    }
  }
}

TEST_F(AnswerStreamTest, WhatIsShownIsNeverTakenBack) {
  const std::string raw = "Espresso needs nine bar of pressure. Tea is brewed at 80 degrees [8]. Right?";
  std::string shown;
  AnswerStream stream(&evidence, [&](std::string_view piece) { shown += piece; });
  for (const char c : raw) {
    stream.add(std::string_view(&c, 1));
    EXPECT_EQ(shown, stream.text());
  }
  stream.finish();
  EXPECT_EQ(shown, stream.text());
}

TEST_F(AnswerStreamTest, StreamsBeforeTheSentenceEnds) {
  std::string shown;
  AnswerStream stream(&evidence, [&](std::string_view piece) { shown += piece; });
  stream.add("Espresso needs nine");
  EXPECT_EQ(shown, "Espresso needs nine");
}

TEST_F(AnswerStreamTest, DropsNumbersThatDoNotExist) {
  EXPECT_EQ(text("Nobody knows why [3]."), "Nobody knows why [?].");
  EXPECT_EQ(text("Nobody [0] knows [12] why."), "Nobody knows why [?].");
  EXPECT_EQ(text("Tea is brewed at 80 degrees [1, 5]."), "Tea is brewed at 80 degrees [1].");
}

TEST_F(AnswerStreamTest, AttributesSentencesWithoutNumbers) {
  EXPECT_EQ(text("Espresso needs nine bar of pressure."), "Espresso needs nine bar of pressure [2].");
  EXPECT_EQ(text("Espresso needs nine bar of pressure"), "Espresso needs nine bar of pressure [2]");
  EXPECT_EQ(text("It says \"Espresso needs nine bar of pressure.\""),
            "It says \"Espresso needs nine bar of pressure [2].\"");
  EXPECT_EQ(text("Espresso needs nine bar of pressure [9]."), "Espresso needs nine bar of pressure [2].");
}

TEST_F(AnswerStreamTest, MarksWhatNoPassageSupports) {
  EXPECT_EQ(text("The train leaves from platform seven."), "The train leaves from platform seven [?].");
  EXPECT_EQ(text("The train leaves from platform seven [1]."), "The train leaves from platform seven [?].");
  EXPECT_EQ(text("Tea is brewed at 95 degrees [1]."), "Tea is brewed at 95 degrees [?].");
  EXPECT_EQ(text("Tea is not brewed at 80 degrees [1]."), "Tea is not brewed at 80 degrees [?].");
  EXPECT_EQ(text("Tea is hot [?]. Espresso needs nine bar of pressure [?]."),
            "Tea is hot [?]. Espresso needs nine bar of pressure [2].");
  const auto result = run({"Espresso needs nine bar of pressure. The train leaves at noon."});
  ASSERT_EQ(result.sentences.size(), 2u);
  EXPECT_THAT(result.sentences[0].numbers, ElementsAre(2));
  EXPECT_THAT(result.sentences[1].numbers, IsEmpty());
}

TEST_F(AnswerStreamTest, EachPartHasItsOwnSource) {
  const std::string both = "Tea is brewed at 80 degrees [1] and espresso needs nine bar of pressure [2].";
  EXPECT_EQ(text(both), both);
  EXPECT_EQ(text("Tea is brewed at 80 degrees [1] and trains leave at noon [2]."),
            "Tea is brewed at 80 degrees and trains leave at noon [?].");
}

TEST_F(AnswerStreamTest, WhatSaysNothingGoesWithTheNext) {
  EXPECT_EQ(text("Yes. Espresso needs nine bar of pressure."), "Yes. Espresso needs nine bar of pressure [2].");
  EXPECT_EQ(text("It needs this:\n- Espresso needs nine bar of pressure.\n"),
            "It needs this:\n- Espresso needs nine bar of pressure [2].");
  EXPECT_EQ(text("```\nmake tea\nmake coffee\n```\n"), "```\nmake tea\nmake coffee\n```\n[?]");
  EXPECT_EQ(text("Yes."), "Yes [?].");
}

TEST_F(AnswerStreamTest, DeclinesWhereTheModelDoes) {
  std::string shown;
  AnswerStream stream(&evidence, [&](std::string_view piece) { shown += piece; });
  stream.add("The passages do not mention trains. They leave at");
  EXPECT_TRUE(stream.declined());
  EXPECT_TRUE(stream.ended());
  stream.finish();
  EXPECT_EQ(shown, "");
  const auto later = run({"Espresso needs nine bar of pressure. The passages do not mention trains. "});
  EXPECT_EQ(later.text, "Espresso needs nine bar of pressure [2]. The passages do not mention trains.");
  EXPECT_EQ(later.sentences.size(), 1u);
}

TEST_F(AnswerStreamTest, MayRequireSupport) {
  const auto answer = [&](const std::string& raw, const std::string& nearest = {}) {
    AnswerStream stream(&evidence, {});
    stream.require_support();
    const auto place =
        nearest.empty() ? std::string_view() : std::string_view(passages[0].text).substr(0, nearest.size());
    stream.quote_beside({1, nearest, nearest, place}, "The nearest: ");
    stream.add(raw);
    EXPECT_EQ(stream.text().find("Right"), std::string::npos) << "held until it is whole";
    stream.finish();
    return stream.declined() ? "declined" : stream.text();
  };
  const std::string unsupported = "The train leaves at noon. Espresso needs nine bar of pressure.";
  EXPECT_EQ(answer(unsupported), "declined");
  EXPECT_EQ(answer(unsupported, "Green tea is grown in the hills."),
            "The nearest: Green tea is grown in the hills [1].");
  EXPECT_EQ(answer("Espresso needs nine bar of pressure.", "Green tea is grown in the hills."),
            "Espresso needs nine bar of pressure [2].\nThe nearest: Green tea is grown in the hills [1].");
  EXPECT_EQ(answer("Tea is brewed at 80 degrees.", "Green tea is grown in the hills."),
            "Tea is brewed at 80 degrees [1].");
  EXPECT_EQ(answer("Espresso needs nine bar of pressure. Right?"),
            "Espresso needs nine bar of pressure [2]. Right [?]?");
  EXPECT_EQ(answer(""), "declined");
}

TEST_F(AnswerStreamTest, QuotesWhatNoSentenceRestsOn) {
  const auto answer = [&](const std::string& raw) {
    std::string shown;
    AnswerStream stream(&evidence, [&](std::string_view piece) { shown += piece; });
    const auto place = std::string_view(passages[0].text).substr(0, 32);
    stream.quote_beside({1, "Green tea is grown.", "Green tea is grown in the hills.", place}, "The nearest: ");
    stream.add(raw);
    stream.finish();
    EXPECT_EQ(shown, stream.text());
    return shown;
  };
  EXPECT_EQ(answer("It rains."), "It rains [?].\nThe nearest: Green tea is grown in the hills [1].");
  EXPECT_EQ(answer("Espresso needs nine bar of pressure."),
            "Espresso needs nine bar of pressure [2].\nThe nearest: Green tea is grown in the hills [1].");
  EXPECT_EQ(answer("Green tea is grown in the hills."), "Green tea is grown in the hills [1].");
  EXPECT_EQ(answer("The passages do not tell."), "");
}

TEST_F(AnswerStreamTest, CorrectsANumberWhosePassageSaysNothingOfIt) {
  EXPECT_EQ(text("Espresso needs nine bar of pressure [1]."), "Espresso needs nine bar of pressure [2].");
  EXPECT_EQ(text("It is good for you, they say [1]."), "It is good for you, they say [?].");
}

TEST_F(AnswerStreamTest, MarkersAfterTheFullStopBelongToItsSentence) {
  const auto result = run({"Tea is brewed at 80 degrees. [1] Espresso needs nine bar. [2]"});
  EXPECT_EQ(result.text, "Tea is brewed at 80 degrees. [1] Espresso needs nine bar. [2]");
  ASSERT_EQ(result.sentences.size(), 2u);
  EXPECT_THAT(result.sentences[0].numbers, ElementsAre(1));
  EXPECT_THAT(result.sentences[1].numbers, ElementsAre(2));
}

TEST_F(AnswerStreamTest, LeadingMarkersMoveToTheEnd) {
  EXPECT_EQ(text("[1] Tea is brewed at 80 degrees."), "Tea is brewed at 80 degrees [1].");
}

TEST_F(AnswerStreamTest, DoubledMarkersAreOne) {
  EXPECT_EQ(text("Tea is brewed at 80 degrees [1][1] [1]."), "Tea is brewed at 80 degrees [1].");
}

TEST_F(AnswerStreamTest, SpansCoverTheSentenceWithItsMarker) {
  const auto result = run({"Tea is brewed at 80 degrees.  Espresso needs nine bar of pressure."});
  ASSERT_EQ(result.sentences.size(), 2u);
  const auto span = result.sentences[1].span;
  EXPECT_EQ(result.text.substr(static_cast<std::size_t>(span.begin), static_cast<std::size_t>(span.end - span.begin)),
            "Espresso needs nine bar of pressure [2].");
  EXPECT_EQ(result.sentences[1].claim, "Espresso needs nine bar of pressure.");
}

TEST_F(AnswerStreamTest, EndsWhereTheModelRepeatsItself) {
  const auto result =
      run({"Espresso needs nine bar. Tea is brewed at 80 degrees. ", "Espresso needs nine bar. More and more."});
  EXPECT_TRUE(result.ended);
  EXPECT_EQ(result.text, "Espresso needs nine bar [2]. Tea is brewed at 80 degrees [1].");
  EXPECT_EQ(result.streamed, result.text);
}

TEST_F(AnswerStreamTest, CutRepetitionIsNotShown) {
  EXPECT_EQ(text("The answer to this is not known here. The answer to this is not kn"),
            "The answer to this is not known here [?].");
}

TEST_F(AnswerStreamTest, EndsInALoopOfWords) {
  std::string raw = "It is";
  for (int i = 0; i < 100; ++i) raw += " on and on";
  const auto result = run({raw});
  EXPECT_TRUE(result.ended);
  EXPECT_LT(result.text.size(), 100u);
}

TEST_F(AnswerStreamTest, WithoutEvidenceNothingIsCited) {
  EXPECT_EQ(run({"Espresso needs nine bar of pressure [1]. "}, false).text, "Espresso needs nine bar of pressure.");
}

TEST_F(AnswerStreamTest, TrustsOnlyWhatAQuotationHolds) {
  const std::string source = "The peace lily and the aloe are poisonous to cats.";
  const auto answer = [&](const std::string& raw, bool stopped = false) {
    std::string shown;
    AnswerStream stream(&evidence, [&](std::string_view piece) { shown += piece; });
    stream.trust_only({{2, source, source}}, "Which plants are poisonous to cats?");
    stream.add(raw);
    EXPECT_EQ(shown, stream.text());
    stream.finish(stopped);
    EXPECT_EQ(shown, stream.text());
    return shown;
  };
  const std::string quoted = "The peace lily and the aloe are poisonous to cats [2].";
  EXPECT_EQ(answer("The aloe is poisonous to cats."), "The aloe is poisonous to cats [2].");
  EXPECT_EQ(answer("The aloe is not poisonous to cats."), quoted);
  EXPECT_EQ(answer("The rose is poisonous to cats."), quoted);
  EXPECT_EQ(answer("The aloe is poisonous to cats?"), quoted);
  EXPECT_EQ(answer("Plants are."), quoted);
  EXPECT_EQ(answer(""), quoted);
  EXPECT_EQ(answer("The aloe is poisonous to cats. So is the rose."), "The aloe is poisonous to cats [2].");
  EXPECT_EQ(answer("The aloe is", true), "");
}

TEST_F(AnswerStreamTest, SpaceAtTheEdgesIsDropped) {
  EXPECT_EQ(text("\n  Hello there.  \n"), "Hello there [?].");
  EXPECT_EQ(text(""), "");
  EXPECT_THAT(run({" ", "\n"}).sentences, IsEmpty());
}

}  // namespace
}  // namespace lectern::chat
