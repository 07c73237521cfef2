#include "cli/question.h"

#include <gmock/gmock.h>

#include <fstream>

#include "lectern/error.h"

namespace lectern::cli {
namespace {

class QuestionTest : public testing::Test {
 protected:
  std::vector<Question> read(const std::string& text) {
    std::ofstream(file_) << text;
    return read_questions(file_);
  }
  const std::string file_ =
      testing::TempDir() + "questions-" + testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl";
  ~QuestionTest() override { std::remove(file_.c_str()); }
};

TEST_F(QuestionTest, ReadsIdsOfBothKinds) {
  const auto questions =
      read("{\"id\": \"a\", \"question\": \"One?\", \"more\": 1}\r\n\n{\"question\": \"Two?\", \"id\": 2}");
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_EQ(questions[0].id, "\"a\"");
  EXPECT_EQ(questions[0].text, "One?");
  EXPECT_EQ(questions[1].id, "2");
}

TEST_F(QuestionTest, NamesTheLineThatIsWrong) {
  for (const std::string bad :
       {"nonsense", "[]", "{\"id\": 1}", "{\"id\": [], \"question\": \"a\"}", "{\"id\": 1, \"question\": 2}"}) {
    try {
      read("{\"id\": 1, \"question\": \"a\"}\n" + bad + "\n");
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
      EXPECT_THAT(error.what(), testing::HasSubstr("Line 2 of"));
    }
  }
}

TEST(ReadText, MissingFilesAndFolders) {
  EXPECT_THROW(read_text("/nowhere/at/all"), Error);
  EXPECT_THROW(read_text("/"), Error);
}

}  // namespace
}  // namespace lectern::cli
