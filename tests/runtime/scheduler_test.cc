#include "runtime/scheduler.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "runtime/byte_tokenizer.h"

namespace lectern::runtime {
namespace {

constexpr int kBlock = 16;

// Sequences under a scheduler, "computed" by the test: every token is 7.
class SchedulerTest : public testing::Test {
 protected:
  void start(const std::vector<BlockManager::Group>& groups, const StepLimits& limits) {
    blocks_ = std::make_unique<BlockManager>(kBlock, groups, false);
    scheduler_ = std::make_unique<Scheduler>(*blocks_, limits);
    limits_ = limits;
  }

  Sequence* add(int prompt, int answer) {
    Request request;
    request.prompt.assign(static_cast<std::size_t>(prompt), 7);
    request.sampling.max_tokens = answer;
    auto sequence =
        std::make_unique<Sequence>(std::move(request), 4096, static_cast<int>(blocks_->pools().size()), tokenizer_);
    auto* pointer = sequence.get();
    scheduler_->add(std::move(sequence));
    return pointer;
  }

  // One step; what each sequence computed in it.
  std::map<Sequence*, int> step() {
    std::map<Sequence*, int> computed;
    int tokens = 0, outputs = 0;
    for (const auto& part : scheduler_->schedule()) {
      EXPECT_GT(part.tokens, 0);
      EXPECT_TRUE(computed.emplace(part.sequence, part.tokens).second) << "scheduled twice";
      tokens += part.tokens;
      outputs += part.outputs;
      EXPECT_EQ(part.outputs, part.tokens == part.sequence->pending() ? 1 : 0);
      blocks_->commit(*part.sequence, part.tokens);
      if (part.sequence->pending() > 0) continue;
      part.sequence->tokens.push_back(7);
      part.sequence->finished = part.sequence->size() >= part.sequence->max_size;
    }
    EXPECT_LE(tokens, limits_.tokens);
    EXPECT_LE(outputs, limits_.outputs);
    EXPECT_LE(static_cast<int>(computed.size()), limits_.sequences);
    finished_ += scheduler_->take_finished().size();
    return computed;
  }

  ByteTokenizer tokenizer_;
  StepLimits limits_;
  std::unique_ptr<BlockManager> blocks_;
  std::unique_ptr<Scheduler> scheduler_;
  std::size_t finished_ = 0;
};

TEST_F(SchedulerTest, DecodesFirstAndFillsTheStepWithPrompt) {
  start({{100, 0}}, {.tokens = 20, .sequences = 8, .outputs = 8});
  auto* a = add(10, 50);
  auto* b = add(50, 50);
  auto* c = add(10, 50);
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{a, 10}, {b, 10}}));
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{a, 1}, {b, 19}}));
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{a, 1}, {b, 19}}));
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{a, 1}, {b, 2}, {c, 10}}));
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{a, 1}, {b, 1}, {c, 1}}));
}

TEST_F(SchedulerTest, KeepsToTheNumberOfSequences) {
  start({{100, 0}}, {.tokens = 100, .sequences = 2, .outputs = 2});
  auto* a = add(4, 2);
  auto* b = add(4, 50);
  auto* c = add(4, 50);
  EXPECT_EQ(step().count(c), 0u);
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{a, 1}, {b, 1}}));  // a ends
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{b, 1}, {c, 4}}));
}

TEST_F(SchedulerTest, PreemptsTheYoungestWhenBlocksRunOut) {
  start({{4, 0}}, {.tokens = 100, .sequences = 8, .outputs = 8});
  auto* a = add(15, 40);
  auto* b = add(15, 40);
  step();
  for (int i = 0; i < 100 && scheduler_->preemptions() == 0; ++i) step();
  EXPECT_EQ(scheduler_->preemptions(), 1);
  EXPECT_EQ(b->computed, 0);
  EXPECT_GT(b->generated(), 0);  // kept
  const int generated = b->generated();
  for (int i = 0; i < 200 && finished_ < 1; ++i) {
    EXPECT_EQ(step().count(a), 1u);
  }
  EXPECT_EQ(step().at(b), 15 + generated);
  for (int i = 0; i < 200 && finished_ < 2; ++i) step();
  EXPECT_EQ(finished_, 2u);
  EXPECT_EQ(blocks_->free(), 4);
}

TEST_F(SchedulerTest, AdmitsNoPromptThatDoesNotFitBesideTheOthers) {
  start({{6, 0}}, {.tokens = 100, .sequences = 8, .outputs = 8});
  auto* a = add(16, 30);
  auto* b = add(70, 4);
  auto* c = add(4, 4);
  for (int i = 0; i < 200 && finished_ < 1; ++i) {
    const auto computed = step();
    EXPECT_EQ(computed.count(a), 1u);
    EXPECT_EQ(computed.count(b) + computed.count(c), 0u) << "first come, first served";
  }
  EXPECT_EQ(step().at(b), 70);
  EXPECT_EQ(scheduler_->preemptions(), 0);
}

TEST_F(SchedulerTest, LimitsPromptLogitsToTheRowsThereAre) {
  start({{100, 0}}, {.tokens = 64, .sequences = 4, .outputs = 10});
  auto* a = add(25, 5);
  a->request.on_prompt_logits = [](int, std::span<const float>) {};
  for (const int rows : {10, 10, 5}) {
    const auto parts = scheduler_->schedule();
    ASSERT_EQ(parts.size(), 1u);
    EXPECT_EQ(parts[0].tokens, rows);
    EXPECT_EQ(parts[0].outputs, rows);
    blocks_->commit(*a, parts[0].tokens);
    a->prompt_logits_reported += parts[0].outputs;
  }
}

TEST_F(SchedulerTest, EveryoneGetsThroughUnderRandomLoad) {
  std::mt19937 random(23);
  for (int round = 0; round < 30; ++round) {
    const int window = round % 3 == 0 ? 0 : 20 + static_cast<int>(random() % 60);
    const int blocks = 22 + static_cast<int>(random() % 20);
    finished_ = 0;
    start(
        {{blocks, 0}, {blocks / 2, window == 0 ? 0 : window}},
        {.tokens = 1 + static_cast<int>(random() % 70), .sequences = 1 + static_cast<int>(random() % 9), .outputs = 9});
    std::size_t added = 0;
    std::vector<Sequence*> cancellable;
    for (int steps = 0; finished_ < 40; ++steps) {
      ASSERT_LT(steps, 20000) << "somebody starves";
      if (added < 40 && random() % 4 == 0) {
        auto* sequence = add(1 + static_cast<int>(random() % 120), 1 + static_cast<int>(random() % 50));
        ASSERT_TRUE(blocks_->could_fit(sequence->max_size - 1));
        sequence->finished = random() % 10 == 0;  // cancelled before it began
        ++added;
      }
      if (random() % 20 == 0) {
        scheduler_->for_each([&](Sequence& sequence) { sequence.finished = sequence.finished || random() % 15 == 0; });
        finished_ += scheduler_->take_finished().size();
      }
      const bool idle = scheduler_->idle();
      ASSERT_TRUE(!step().empty() || idle) << "a step without work";
      std::set<std::int32_t> held;
      scheduler_->for_each([&](Sequence& sequence) {
        const auto& table = sequence.tables[0].blocks;
        for (const auto block : table) ASSERT_TRUE(held.insert(block).second);
      });
      ASSERT_EQ(blocks_->pools()[0].free(), blocks - static_cast<int>(held.size()));
    }
    EXPECT_EQ(blocks_->free(), blocks_->total());
  }
}

}  // namespace
}  // namespace lectern::runtime
