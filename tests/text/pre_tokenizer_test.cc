#include "text/pre_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lectern::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> words(std::string_view family, std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = find_pre_tokenizer(family)->scan(text, i);
    found.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return found;
}

TEST(PreTokenizer, Gpt2) {
  EXPECT_THAT(words("gpt-2", "I'll  go!\n\n now"), ElementsAre("I", "'ll", " ", " go", "!", "\n\n", " now"));
  EXPECT_THAT(words("gpt-2", "it'S a1 2b  "), ElementsAre("it", "'", "S", " a", "1", " 2", "b", "  "));
  EXPECT_THAT(words("gpt-2", " 's"), ElementsAre(" '", "s"));
}

TEST(PreTokenizer, Qwen2) {
  EXPECT_THAT(words("qwen2", "IT'LL(x) 12\r\n"), ElementsAre("IT", "'LL", "(x", ")", " ", "1", "2", "\r\n"));
  EXPECT_THAT(words("qwen2", "a \n  b;\n\nc"), ElementsAre("a", " \n", " ", " b", ";\n\n", "c"));
  EXPECT_THAT(words("qwen2", "\tx 'y"), ElementsAre("\tx", " '", "y"));
}

TEST(PreTokenizer, Llama3TakesThreeDigitsAtOnce) {
  EXPECT_THAT(words("llama-bpe", "1234567 a"), ElementsAre("123", "456", "7", " a"));
}

TEST(PreTokenizer, UnknownFamilies) { EXPECT_EQ(find_pre_tokenizer("tekken"), nullptr); }

}  // namespace
}  // namespace lectern::text
