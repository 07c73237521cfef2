#include "lectern/chat.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <vector>

#include "fake_engine.h"
#include "fake_library.h"

namespace lectern {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ChatTest : public testing::Test {
 protected:
  ChatTest() {
    library.passages = {
        test::passage("tea.txt", "Green tea is grown in the hills. It is brewed at 80 degrees for two minutes."),
        test::passage("coffee.txt", "Coffee beans are roasted at 220 degrees. Espresso needs nine bar of pressure."),
    };
  }
  test::FakeEngine engine;
  test::FakeLibrary library;
};

TEST_F(ChatTest, AnswersWithCitations) {
  engine.reply = {"Green tea ", "is brewed at ", "80 degrees [", "1]. Espresso needs", " nine bar of pressure."};
  std::string streamed;
  const auto answer = start_chat(engine, &library)->ask("How are tea and espresso made?", [&](std::string_view piece) {
    streamed += piece;
  });
  EXPECT_EQ(answer.text, "Green tea is brewed at 80 degrees [1]. Espresso needs nine bar of pressure [2].");
  EXPECT_EQ(streamed, answer.text);
  EXPECT_FALSE(answer.declined);
  EXPECT_FALSE(answer.stopped);
  ASSERT_THAT(answer.citations, SizeIs(2));
  const auto& citation = answer.citations[0];
  EXPECT_EQ(citation.number, 1);
  EXPECT_EQ(citation.file, "/documents/tea.txt");
  EXPECT_EQ(citation.page, 3);
  EXPECT_EQ(citation.quote, library.passages[0].text);
  EXPECT_EQ(citation.quote_span.begin, 100);
  EXPECT_EQ(citation.quote_span.end - citation.quote_span.begin, static_cast<std::int64_t>(citation.quote.size()));
  EXPECT_EQ(citation.answer_span.end, 38);
  EXPECT_EQ(answer.query, "How are tea and espresso made?");
  ASSERT_THAT(answer.sentences, SizeIs(2));
  EXPECT_TRUE(answer.sentences[0].supported);
  EXPECT_EQ(answer.sentences[0].span.end, 38);
  EXPECT_EQ(answer.output_tokens, 5);
  EXPECT_GT(answer.input_tokens, 0);
  EXPECT_GT(answer.ttft_ms, 0);
}

TEST_F(ChatTest, CitationsOfRecordingsNameTheMomentOfTheirQuote) {
  engine.reply = {"It is brewed at 80 degrees [1]."};
  auto& tea = library.passages[0];
  tea.file = "https://www.youtube.com/watch?v=abcdefghijk";
  tea.page = {};
  tea.time_ms = 61'000;
  tea.url = tea.file + "&t=61s";
  tea.times = {{90, 61'000}, {120, 65'500}, {150, 70'000}};
  const auto answer = start_chat(engine, &library)->ask("How is green tea brewed?");
  ASSERT_THAT(answer.citations, SizeIs(1));
  EXPECT_EQ(answer.citations[0].time_ms, 65'500) << "the quote begins at byte 133";
  EXPECT_EQ(answer.citations[0].url, "https://www.youtube.com/watch?v=abcdefghijk&t=65s");
}

TEST_F(ChatTest, CitationsNameThePageOfTheirQuote) {
  engine.reply = {"Green tea is brewed at 80 degrees [1]. It is picked in spring [1]."};
  auto& tea = library.passages[0];
  const std::string first = "Green tea is brewed at 80 degrees.\n", second = "Green tea is picked in spring.";
  tea.text = first + second;
  tea.page = 3;
  tea.span = {100, 100 + static_cast<std::int64_t>(tea.text.size())};
  tea.pages = {{40, 3}, {100 + static_cast<std::int64_t>(first.size()), 4}};
  const auto answer = start_chat(engine, &library)->ask("How is green tea brewed, and when is it picked?");
  ASSERT_THAT(answer.citations, SizeIs(2));
  EXPECT_EQ(answer.citations[0].page, 3);
  EXPECT_THAT(answer.citations[1].quote, HasSubstr("picked"));
  EXPECT_EQ(answer.citations[1].page, 4) << "the passage begins on the page before";
}

TEST_F(ChatTest, DeclinesWithTheNearestPassages) {
  for (auto& passage : library.passages) passage.similarity = 0.05;
  std::string streamed;
  const auto chat = start_chat(engine, &library);
  const auto answer = chat->ask("Who won the match?", [&](std::string_view piece) { streamed += piece; });
  EXPECT_TRUE(answer.declined);
  EXPECT_EQ(answer.text, streamed);
  EXPECT_THAT(answer.text, HasSubstr("files do not tell"));
  EXPECT_THAT(answer.passages, SizeIs(2));
  EXPECT_THAT(answer.citations, IsEmpty());
  EXPECT_THAT(answer.sentences, IsEmpty());
  chat->clear();
  EXPECT_THAT(chat->ask("谁赢了比赛？").text, HasSubstr("文件"));
  EXPECT_THAT(engine.prompts(), IsEmpty());
}

TEST_F(ChatTest, EmptyLibrarySaysToIndex) {
  library.empty = true;
  const auto answer = start_chat(engine, &library)->ask("How hot?");
  EXPECT_TRUE(answer.declined);
  EXPECT_THAT(answer.text, HasSubstr("index a folder"));
}

// Of the requests, those that ask for an answer.
std::vector<std::string> answering(const std::vector<std::string>& prompts) {
  std::vector<std::string> found;
  for (const auto& prompt : prompts) {
    if (prompt.find("Answer the question") != std::string::npos && prompt.find("yes or no") == std::string::npos)
      found.push_back(prompt);
  }
  return found;
}

TEST_F(ChatTest, FollowUpsAreCompletedByTheModel) {
  engine.reply = {"At 80 degrees [1]."};
  const auto chat = start_chat(engine, &library);
  chat->ask("How is green tea brewed?");
  engine.reply = {"And how long does it take to brew green tea?"};
  const auto answer = chat->ask("And how long does it take?");
  EXPECT_EQ(answer.query, "And how long does it take to brew green tea?");
  EXPECT_EQ(library.queries.back(), answer.query);
  EXPECT_THAT(answering(engine.prompts())[1], HasSubstr("Question: And how long does it take to brew green tea?"));
  EXPECT_THAT(answering(engine.prompts())[1], Not(HasSubstr("At 80 degrees.\x02"))) << "it needs no history";
}

TEST_F(ChatTest, FollowUpsRememberTheConversation) {
  engine.reply = {"At 80 degrees [1]."};
  const auto chat = start_chat(engine, &library);
  chat->ask("How is green tea brewed?");
  chat->ask("And how long does it take?");
  EXPECT_THAT(library.queries,
              ElementsAre("How is green tea brewed?", "And how long does it take? How is green tea brewed?"))
      << "the model completes nothing";
  EXPECT_THAT(answering(engine.prompts())[1], HasSubstr("At 80 degrees.\x02"))
      << "markers of the old answer mean nothing now";
  chat->clear();
  chat->ask("And how long does it take?");
  EXPECT_EQ(library.queries.back(), "And how long does it take?");
  EXPECT_THAT(answering(engine.prompts())[2], Not(HasSubstr("brewed?")));
}

TEST_F(ChatTest, ResumesAConversation) {
  engine.reply = {"At 80 degrees [1]."};
  const auto kept = start_chat(engine, &library);
  kept->ask("How is green tea brewed?");
  const auto expected = kept->ask("And how long does it take?");
  const auto prompts = engine.prompts();
  const auto resumed = start_chat(engine, &library);
  resumed->ask("Something else altogether?");
  resumed->resume(std::vector<Message>{{"user", "How is green tea brewed?"}, {"assistant", "At 80 degrees [1]."}});
  const auto answer = resumed->ask("And how long does it take?");
  EXPECT_EQ(answer.query, expected.query);
  EXPECT_EQ(answering(engine.prompts()).back(), answering(prompts).back());
  resumed->resume({});
  EXPECT_EQ(resumed->ask("And how long does it take?").query, "And how long does it take?");
}

TEST_F(ChatTest, AResumedConversationForgetsWhatTheFilesDidNotTell) {
  const auto passages = library.passages;
  for (auto& passage : library.passages) passage.similarity = 0.05;
  const auto declined = start_chat(engine, &library)->ask("Who won the match?");
  ASSERT_TRUE(declined.declined);
  library.passages = passages;
  engine.reply = {"At 80 degrees [1]."};
  const auto chat = start_chat(engine, &library);
  chat->resume(std::vector<Message>{{"user", "Who won the match?"}, {"assistant", declined.text}});
  chat->ask("How is green tea brewed?");
  EXPECT_THAT(answering(engine.prompts()).back(), Not(HasSubstr(declined.text)));
}

TEST_F(ChatTest, DeclinesWhereTheModelSeesNoAnswer) {
  engine.reply = {"Green tea is brewed at 80 degrees."};
  engine.agrees = 0;
  const auto answer = start_chat(engine, &library)->ask("Which colour do the kettles have?");
  EXPECT_TRUE(answer.declined);
  EXPECT_THAT(answer.text, HasSubstr("files do not tell"));
  EXPECT_THAT(answer.passages, SizeIs(2));
  EXPECT_THAT(answering(engine.prompts()), IsEmpty());
}

TEST_F(ChatTest, NothingUnsupportedIsSaidWhereTheModelIsUnsure) {
  engine.agrees = 0.5;
  engine.reply = {"The kettles are made of blue steel."};
  std::string streamed;
  const auto chat = start_chat(engine, &library);
  const auto answer =
      chat->ask("At how many degrees is it brewed?", [&](std::string_view piece) { streamed += piece; });
  EXPECT_EQ(answer.text, "The nearest that your files say: It is brewed at 80 degrees for two minutes [1].");
  EXPECT_EQ(streamed, answer.text);
  EXPECT_FALSE(answer.declined);
  engine.reply = {"Espresso needs nine bar of pressure."};
  EXPECT_THAT(chat->ask("Which pressure does espresso need?").text,
              testing::StartsWith("Espresso needs nine bar of pressure [2]."));
}

TEST_F(ChatTest, UnsupportedAnswersAreMarkedAndTheNearestSentenceIsQuoted) {
  engine.reply = {"The kettle is made of copper and painted red."};
  const auto answer = start_chat(engine, &library)->ask("At how many degrees is it brewed?");
  EXPECT_THAT(answer.text, testing::StartsWith("The kettle is made of copper and painted red [?].\n"));
  EXPECT_THAT(answer.text, HasSubstr("It is brewed at 80 degrees for two minutes [1]."));
  ASSERT_THAT(answer.sentences, SizeIs(2));
  EXPECT_FALSE(answer.sentences[0].supported);
  EXPECT_TRUE(answer.sentences[1].supported);
  EXPECT_THAT(answer.citations, SizeIs(1));
}

TEST_F(ChatTest, PromptsShareTheirBeginning) {
  const auto chat = start_chat(engine, &library);
  chat->ask("How is green tea brewed?");
  chat->clear();
  chat->ask("Which pressure does an espresso need?");
  const auto all = answering(engine.prompts());
  ASSERT_THAT(all, SizeIs(2));
  const auto end = all[0].find("Question");
  EXPECT_EQ(all[0].substr(0, end), all[1].substr(0, end));
}

TEST_F(ChatTest, SmallModelsAreGivenTheSentencesThatMatter) {
  engine.info().embedding_size = 576;
  engine.reply = {"It is brewed at 80 degrees."};
  library.passages[0].text =
      "Green tea is grown in the hills. Nobody knows who planted it. It is brewed at 80 degrees for two minutes. Rain "
      "falls.";
  const auto answer = start_chat(engine, &library)->ask("At how many degrees is tea brewed?");
  EXPECT_THAT(engine.prompts().back(), HasSubstr("[1] It is brewed at 80 degrees for two minutes.\n"));
  EXPECT_THAT(engine.prompts().back(), Not(HasSubstr("Nobody")));
  EXPECT_EQ(answer.text, "It is brewed at 80 degrees [1].");
  EXPECT_EQ(answer.passages[0].text, library.passages[0].text) << "the passage itself stays whole";
}

TEST_F(ChatTest, SmallModelsQuoteRatherThanInvent) {
  engine.info().embedding_size = 576;
  engine.reply = {"Green tea is brewed at 95 degrees. ", "It is nice."};
  std::string streamed;
  const auto answer =
      start_chat(engine, &library)->ask("How many degrees does brewed tea need?", [&](std::string_view piece) {
        streamed += piece;
      });
  EXPECT_EQ(answer.text, "It is brewed at 80 degrees for two minutes [1].");
  EXPECT_EQ(streamed, answer.text);
  ASSERT_THAT(answer.citations, SizeIs(1));
  EXPECT_EQ(answer.citations[0].quote, "It is brewed at 80 degrees for two minutes.");
}

TEST_F(ChatTest, AModelThatSaysThatThePassagesDoNotTellDeclines) {
  engine.reply = {"The passages do not mention the price of tea."};
  EXPECT_TRUE(start_chat(engine, &library)->ask("What does green tea cost?").declined);
}

TEST_F(ChatTest, RepetitionCancelsTheRequest) {
  engine.reply = {"The tea is hot indeed. ", "The tea is hot indeed. ", "The tea is hot indeed. "};
  engine.hangs = true;
  const auto answer = start_chat(engine, &library)->ask("How hot is the tea?");
  EXPECT_THAT(answer.text, testing::StartsWith("The tea is hot indeed"));
  EXPECT_EQ(answer.text.find("hot", answer.text.find("hot") + 1), std::string::npos);
  EXPECT_FALSE(answer.stopped);
  EXPECT_EQ(engine.cancelled(), 1);
}

TEST_F(ChatTest, StopsOnRequest) {
  engine.reply = {"Green tea is brewed"};
  engine.hangs = true;
  std::stop_source stop;
  const auto answer =
      start_chat(engine, &library)
          ->ask(
              "How is green tea brewed?", [&](std::string_view) { stop.request_stop(); }, stop.get_token());
  EXPECT_TRUE(answer.stopped);
  EXPECT_THAT(answer.text, testing::StartsWith("Green tea is brewed"));
}

TEST_F(ChatTest, FailuresOfTheEngineArriveAndTheChatGoesOn) {
  engine.reply = {"Green tea"};
  engine.fails = true;
  const auto chat = start_chat(engine, &library);
  EXPECT_THROW(chat->ask("How is green tea brewed?"), Error);
  engine.fails = false;
  EXPECT_EQ(chat->ask("Where is green tea grown?").text, "Green tea [1]");
}

TEST_F(ChatTest, FailuresOfTheListenerCancel) {
  engine.reply = {"Green tea is brewed"};
  engine.hangs = true;
  EXPECT_THROW(start_chat(engine, &library)
                   ->ask("How is green tea brewed?", [](std::string_view) { throw std::runtime_error("gone"); }),
               std::runtime_error);
  EXPECT_EQ(engine.cancelled(), 1);
}

TEST_F(ChatTest, WithoutLibraryItIsAConversation) {
  engine.reply = {"Hello [1]!"};
  const auto answer = start_chat(engine, nullptr)->ask("Good morning");
  EXPECT_EQ(answer.text, "Hello!");
  EXPECT_THAT(answer.passages, IsEmpty());
  EXPECT_THAT(engine.prompts()[0], Not(HasSubstr("Passages")));
}

TEST_F(ChatTest, RefusesWhatMakesNoSense) {
  const auto chat = start_chat(engine, &library);
  EXPECT_THROW(chat->ask(" \n"), Error);
  engine.info().generates = false;
  EXPECT_THROW(start_chat(engine, &library), Error);
  engine.info().generates = true;
  EXPECT_THROW(start_chat(engine, &library, {.top_k = 0}), Error);
}

TEST_F(ChatTest, TooLongQuestion) {
  try {
    start_chat(engine, &library)->ask(std::string(100'000, 'x'));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kTooLong);
  }
}

TEST_F(ChatTest, BrokenBytesInAQuestion) {
  engine.reply = {"Green tea."};
  start_chat(engine, &library)->ask("green tea \xff?");
  EXPECT_THAT(engine.prompts()[0], HasSubstr("green tea \xef\xbf\xbd?"));
}

}  // namespace
}  // namespace lectern
