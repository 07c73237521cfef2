// SmolLM2 through the public API.
#include <gtest/gtest.h>

#include <cstdlib>

#include "lectern/compile.h"
#include "runtime/load.h"

namespace lectern::runtime {
namespace {

TEST(RealModel, AnswersAndReusesAConversation) {
  const char* models = std::getenv("LECTERN_MODELS");
  ASSERT_NE(models, nullptr) << "LECTERN_MODELS names the folder of the real checkpoints";
  const auto checkpoint = std::filesystem::path(models) / "smollm2-135m-instruct-q4_1.gguf";
  WorkerPool pool(2);
  const auto engine = load_engine_on(pool, engine_for(checkpoint), {.block_size = 16});
  const auto& tokenizer = engine->tokenizer();

  std::vector<Message> messages = {{"user", "What is the capital of France? Answer in one sentence."}};
  Request request;
  request.prompt = tokenizer.encode(tokenizer.apply_chat_template(messages));
  request.sampling.max_tokens = 40;
  std::string streamed;
  request.on_token = [&](TokenId, std::string_view text) { streamed += text; };
  const Completion first = engine->submit(request)->wait();
  EXPECT_EQ(first.finish, FinishReason::kStop);
  EXPECT_NE(first.text.find("Paris"), std::string::npos) << first.text;
  EXPECT_EQ(streamed, first.text);
  EXPECT_EQ(tokenizer.decode(first.tokens), first.text);

  messages.push_back({"assistant", first.text});
  messages.push_back({"user", "And of Italy?"});
  request.prompt = tokenizer.encode(tokenizer.apply_chat_template(messages));
  const Completion second = engine->submit(request)->wait();
  EXPECT_GT(second.cached_tokens, first.prompt_tokens - 32);
  request.prefix_cache = false;
  const Completion again = engine->submit(request)->wait();
  EXPECT_EQ(again.cached_tokens, 0);
  EXPECT_EQ(again.tokens, second.tokens);
}

}  // namespace
}  // namespace lectern::runtime
