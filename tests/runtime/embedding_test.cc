#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <random>
#include <thread>

#include "runtime/embedding_queue.h"
#include "runtime/load.h"
#include "runtime/tiny_engine.h"
#include "support/expect_error.h"
#include "support/tiny_folder.h"

namespace lectern::runtime {
namespace {

using Texts = std::vector<std::vector<TokenId>>;

Texts random_texts(std::size_t count, int longest, unsigned seed) {
  std::mt19937 random(seed);
  Texts texts(count);
  for (auto& text : texts) {
    const int size = 1 + static_cast<int>(random() % static_cast<unsigned>(longest));
    for (int i = 0; i < size; ++i) text.push_back(static_cast<TokenId>(random() % 10));
  }
  return texts;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(Embedding, ATextGivesInABatchWhatItGivesAlone) {
  const auto folder = support::write_encoder_folder({});
  for (const Isa isa : machine_isas()) {
    const auto file = compiled(folder, isa);
    const auto texts = random_texts(80, 64, 3);
    WorkerPool one(1), two(2);
    const auto alone = load_engine_on(one, file, {});
    const auto small = load_engine_on(two, file, {.step_tokens = 20, .max_sequences = 3});
    const auto batch = alone->embed(texts);
    const auto in_small_steps = small->embed(texts);
    ASSERT_EQ(batch.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_TRUE(same_bits(batch[i], alone->embed(Texts{texts[i]})[0])) << name(isa) << " text " << i;
      EXPECT_TRUE(same_bits(batch[i], in_small_steps[i])) << name(isa) << " text " << i;
      double squares = 0;
      for (const float x : batch[i]) squares += static_cast<double>(x) * x;
      EXPECT_NEAR(squares, 1, 1e-5);
    }
    EXPECT_FALSE(same_bits(batch[0], batch[1]));
  }
}

TEST(Embedding, RefusesWhatItCannotRead) {
  WorkerPool pool(1);
  const auto engine = load_engine_on(pool, compiled(support::write_encoder_folder({}), best_isa()), {});
  EXPECT_FALSE(engine->info().generates);
  EXPECT_EQ(engine->info().embedding_size, 64);
  using support::expect_error;
  const Texts long_text = {{1, 2}, std::vector<TokenId>(65, 1)};
  expect_error(ErrorCode::kTooLong, {"Text 1", "65", "64"}, [&] { engine->embed(long_text); });
  EXPECT_EQ(engine->embed(Texts{std::vector<TokenId>(64, 1)}).size(), 1u);
  expect_error(ErrorCode::kInvalidArgument, {"no tokens"}, [&] { engine->embed(Texts{{}}); });
  expect_error(ErrorCode::kInvalidArgument, {"vocabulary"}, [&] { engine->embed(Texts{{10}}); });
  expect_error(ErrorCode::kInvalidArgument, {"generates no text"}, [&] { engine->submit(Request{}); });
  EXPECT_TRUE(engine->embed({}).empty());
  const auto empty_text = engine->tokenizer().encode("");  // [CLS] [SEP]
  EXPECT_EQ(engine->embed(Texts{empty_text})[0].size(), 64u);
}

TEST(Embedding, AStepMayBeLeftAndTakenUpAgainAfterEachCall) {
  const Model model(compiled(support::write_encoder_folder({}), best_isa()));
  const StepLimits limits{.tokens = 256, .sequences = 8, .outputs = 0};
  StepMemory memory(model.file.header(), limits, KvPlan{});
  CpuProgram program(model.file, model.isa, memory);
  StepBatch batch(0, 32, model.info.context_length);
  for (const auto& text : random_texts(8, 30, 11)) batch.add_text(text);
  memory.load(batch);
  const auto vectors = memory.buffer(model.file.header().result);
  const auto bytes = [&] {
    return std::string(vectors.row<const char>(0), static_cast<std::size_t>(8 * vectors.columns) * sizeof(float));
  };
  WorkerPool pool(2);
  program.prepare();
  pool.run([&](Team& team) { program.run(team); });
  const std::string whole = bytes();
  std::memset(vectors.row<char>(0), 0, whole.size());
  program.prepare();
  std::size_t next = 0;
  int turns = 0;
  for (; next < program.size(); ++turns) {
    std::array<std::size_t, 2> after{};
    pool.run([&](Team& team) {
      after[static_cast<std::size_t>(team.rank())] = program.run(team, next, [] { return true; });
    });
    ASSERT_EQ(after[0], after[1]);
    ASSERT_GT(after[0], next);
    next = after[0];
  }
  EXPECT_GT(turns, 10);
  EXPECT_EQ(bytes(), whole);
}

TEST(Embedding, ServesManyCallers) {
  WorkerPool pool(1);
  const auto engine =
      load_engine_on(pool, compiled(support::write_encoder_folder({}), best_isa()), {.step_tokens = 100});
  const auto texts = random_texts(200, 64, 5);
  const auto expected = engine->embed(texts);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      const Texts mine(texts.begin() + static_cast<std::ptrdiff_t>(t * 20), texts.end());
      const auto vectors = engine->embed(mine);
      for (std::size_t i = 0; i < mine.size(); ++i) EXPECT_TRUE(same_bits(vectors[i], expected[t * 20 + i]));
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(EmbeddingQueue, LetsAQuestionPastALibrary) {
  const auto library_texts = random_texts(500, 64, 7);
  const Texts question_text = {{1, 2, 3}};
  EmbeddingJob library(library_texts), question(question_text);
  EmbeddingQueue queue;
  queue.add(library);
  queue.take(256, 64);
  queue.add(question);
  bool seen = false;
  for (int step = 0; step < 2; ++step) {
    for (const auto& item : queue.take(256, 64)) seen = seen || item.job == &question;
  }
  EXPECT_TRUE(seen);
}

TEST(EmbeddingQueue, QuestionsComeFirstAndTheLibraryHasItsTurn) {
  const Texts library_texts(100, std::vector<TokenId>(64, 1));  // each fills a step
  const Texts question_text = {{1, 2, 3}};
  EmbeddingJob library(library_texts);
  std::vector<EmbeddingJob> questions(12, EmbeddingJob(question_text));
  EmbeddingQueue queue;
  queue.add(library);
  std::string steps;
  for (EmbeddingJob& question : questions) {
    queue.add(question);
    const auto items = queue.take(64, 64);
    for (const auto& item : items) steps += item.job == &library ? 'l' : 'q';
    steps += ' ';
  }
  EXPECT_EQ(steps, "q q q q l qq q q q l qq q ");
}

TEST(EmbeddingQueue, FillsStepsAndLosesNothing) {
  const auto first_texts = random_texts(300, 50, 8), second_texts = random_texts(100, 50, 9);
  EmbeddingJob first(first_texts), second(second_texts);
  EmbeddingQueue queue;
  queue.add(first);
  queue.add(second);
  std::vector<int> seen(400, 0);
  while (!queue.empty()) {
    const auto items = queue.take(40, 8);
    ASSERT_FALSE(items.empty());
    ASSERT_LE(items.size(), 8u);
    std::size_t tokens = 0;
    for (const auto& item : items) {
      tokens += item.job->texts[item.text].size();
      ++seen[item.text + (item.job == &second ? 300 : 0)];
    }
    EXPECT_TRUE(tokens <= 40 || items.size() == 1);
  }
  for (const int times : seen) EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace lectern::runtime
