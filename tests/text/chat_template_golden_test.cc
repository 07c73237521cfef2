// Rendered chat templates, against Jinja itself (golden/generate_templates.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "compiler/tokenizer_import.h"
#include "lectern/error.h"
#include "text/chat_template.h"

namespace lectern::text {
namespace {

// The cases of one checkpoint, or those with a template of their own where `checkpoint` is empty.
int compare(const std::string& checkpoint, const std::string& checkpoint_template) {
  std::ifstream file("tests/text/golden/templates.json");
  int cases = 0;
  for (const auto& entry : nlohmann::json::parse(file)) {
    if (entry.value("checkpoint", "") != checkpoint) continue;
    ++cases;
    SCOPED_TRACE(entry["name"].get<std::string>());
    std::vector<Message> messages;
    for (const auto& message : entry["messages"]) messages.push_back({message["role"], message["content"]});
    const ChatTemplate chat(entry.value("template", checkpoint_template));
    try {
      const std::string text = chat.render(messages, "<s>", "</s>");
      EXPECT_TRUE(entry.contains("expected")) << text;
      EXPECT_EQ(text, entry.value("expected", ""));
    } catch (const Error& error) {
      EXPECT_TRUE(entry.contains("refused")) << error.what();
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << error.what();
    }
  }
  return cases;
}

std::string template_of(const std::string& checkpoint) {
  return compiler::import_tokenizer(*formats::open_checkpoint(checkpoint)).chat_template;
}

TEST(ChatTemplateGolden, FamiliesInTheirStyle) { EXPECT_EQ(compare("", ""), 72); }

TEST(ChatTemplateGolden, SmolLM2) {
  const char* folder = std::getenv("LECTERN_MODELS");
  const std::string path = fmt::format("{}/smollm2-135m-instruct-q4_1.gguf", folder == nullptr ? "models" : folder);
  EXPECT_EQ(compare("smollm2", template_of(path)), 6);
}

TEST(ChatTemplateGolden, Qwen) {
  const char* qwen = std::getenv("LECTERN_QWEN");
  if (qwen == nullptr) GTEST_SKIP() << "LECTERN_QWEN does not name Qwen2.5-Coder-1.5B-Instruct's GGUF file.";
  EXPECT_EQ(compare("qwen", template_of(qwen)), 6);
}

}  // namespace
}  // namespace lectern::text
