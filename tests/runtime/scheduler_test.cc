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

  Sequence* add(int prompt, int answer, bool draft = false) {
    Request request;
    request.prompt.assign(static_cast<std::size_t>(prompt), 7);
    request.sampling.max_tokens = answer;
    request.draft = draft;
    auto sequence =
        std::make_unique<Sequence>(std::move(request), 4096, static_cast<int>(blocks_->pools().size()), tokenizer_);
    auto* pointer = sequence.get();
    scheduler_->add(std::move(sequence));
    return pointer;
  }

  // Each of so many times what the first of a step costs.
  void further_rows_cost(double share) {
    for (int i = 0; i < 2000; ++i) {
      scheduler_->record(1, 1);
      scheduler_->record(2 + i % 15, 1 + share * (1 + i % 15));
    }
  }

  // One step; what each sequence computed in it.
  std::map<Sequence*, int> step() {
    std::map<Sequence*, int> computed;
    int tokens = 0, outputs = 0;
    for (const auto& part : scheduler_->schedule()) {
      EXPECT_GT(part.tokens, 0);
      EXPECT_TRUE(computed.emplace(part.sequence, part.tokens).second) << "scheduled twice";
      tokens += part.rows();
      outputs += part.outputs;
      EXPECT_EQ(part.outputs, part.tokens == part.sequence->pending() ? 1 + part.drafted : 0);
      EXPECT_LE(part.sequence->computed + part.rows(),
                static_cast<int>(part.sequence->tables[0].blocks.size()) * kBlock);
      blocks_->commit(*part.sequence, part.tokens);
      if (part.sequence->pending() > 0) continue;
      const int kept = part.drafted == 0 ? 0 : static_cast<int>(random_()) % (part.drafted + 1);
      for (int i = 0; i < kept; ++i) {
        part.sequence->tokens.push_back(7);
        blocks_->commit(*part.sequence, 1);
      }
      blocks_->roll_back(*part.sequence);
      part.sequence->tokens.push_back(7);
      EXPECT_LE(part.sequence->size(), part.sequence->max_size);
      part.sequence->finished = part.sequence->size() >= part.sequence->max_size;
      drafted_ += part.drafted;
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
  int drafted_ = 0;
  std::minstd_rand random_{3};
};

TEST_F(SchedulerTest, DraftsTakeWhatIsLeft) {
  start({{100, 0}}, {.tokens = 20, .sequences = 8, .outputs = 12});
  further_rows_cost(0);
  auto* a = add(4, 50, true);
  auto* b = add(30, 50);
  const auto drafted_of = [&](Sequence* sequence) {
    for (const auto& part : scheduler_->scheduled()) {
      if (part.sequence == sequence) return part.drafted;
    }
    return -1;
  };
  step();
  EXPECT_EQ(drafted_of(a), 0) << "of a prompt nothing is guessed";
  EXPECT_EQ(step(), (std::map<Sequence*, int>{{a, 1}, {b, 14}}));
  EXPECT_EQ(drafted_of(a), 5);
  step();
  EXPECT_GT(drafted_of(a), 5);
  EXPECT_LE(drafted_of(a), 10) << "each row has logits";
  EXPECT_EQ(drafted_of(b), 0) << "not asked for";
}

TEST_F(SchedulerTest, ADraftTakesNobodysBlocks) {
  start({{5, 0}}, {.tokens = 100, .sequences = 8, .outputs = 32});
  further_rows_cost(0);
  add(30, 30);
  auto* b = add(28, 30);
  for (int i = 0; i < 3; ++i) step();
  EXPECT_EQ(blocks_->free(), 1);
  b->request.draft = true;
  step();  // the other one takes the last block
  ASSERT_EQ(scheduler_->scheduled().size(), 2u);
  EXPECT_EQ(scheduler_->scheduled()[1].drafted, 1) << "what its own last block still holds";
  EXPECT_EQ(blocks_->free(), 0);
  EXPECT_EQ(scheduler_->preemptions(), 0);
}

TEST_F(SchedulerTest, ManyAtOnceLeaveNothingForDrafts) {
  start({{1000, 0}}, {.tokens = 512, .sequences = 64, .outputs = 512});
  further_rows_cost(0.3);
  for (int i = 0; i < 64; ++i) add(1, 50, true);
  for (int i = 0; i < 20; ++i) step();
  EXPECT_EQ(drafted_, 0);
}

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
        auto* sequence =
            add(1 + static_cast<int>(random() % 120), 1 + static_cast<int>(random() % 50), random() % 2 == 0);
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
  EXPECT_GT(drafted_, 100);
}

}  // namespace
}  // namespace lectern::runtime
