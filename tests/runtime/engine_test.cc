// The public API, with the engine's own thread.
#include "lectern/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "runtime/load.h"
#include "runtime/tiny_engine.h"
#include "support/expect_error.h"

namespace lectern::runtime {
namespace {

class EngineTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    file_ = compiled(
        support::TinyDecoder{.layers = 2, .context = 300, .type = DType::kQ4_1, .types = {}, .more = [](auto&) {}});
  }

  std::unique_ptr<Engine> load(const EngineOptions& options = {}) { return load_engine_on(pool_, file_, options); }

  static Request request(int size, int answer, unsigned seed = 1) {
    std::mt19937 random(seed);
    Request made;
    for (int i = 0; i < size; ++i) made.prompt.push_back(static_cast<TokenId>(random() % 256));
    made.sampling.max_tokens = answer;
    made.sampling.temperature = 1;
    made.sampling.seed = seed;
    made.sampling.ignore_end = true;
    return made;
  }

  static std::filesystem::path file_;
  WorkerPool pool_{1};
};

std::filesystem::path EngineTest::file_;

TEST_F(EngineTest, KnowsItsModel) {
  const auto engine = load();
  EXPECT_EQ(engine->info().family, "llama");
  EXPECT_TRUE(engine->info().generates);
  EXPECT_EQ(engine->info().context_length, 300);
  EXPECT_EQ(engine->info().vocabulary_size, 259);
  EXPECT_EQ(engine->info().isa, name(best_isa()));
  EXPECT_GT(engine->info().weight_bytes, 0u);
  EXPECT_EQ(engine->threads(), 1);
  EXPECT_EQ(engine->tokenizer().vocabulary_size(), 259);
  EXPECT_EQ(load_tokenizer(file_)->encode("ab"), (std::vector<TokenId>{'a', 'b'}));
  EXPECT_EQ(engine->statistics().kv_blocks_free, engine->statistics().kv_blocks_total);
}

TEST_F(EngineTest, StreamsWhatItCompletes) {
  const auto engine = load();
  for (unsigned seed = 1; seed < 6; ++seed) {
    std::string text;
    std::vector<TokenId> tokens;
    auto asked = request(20, 60, seed);
    asked.on_token = [&](TokenId token, std::string_view piece) {
      tokens.push_back(token);
      text += piece;
    };
    asked.sampling.top_k = 3;
    const auto generation = engine->submit(asked);
    const Completion& done = generation->wait();
    EXPECT_TRUE(generation->done());
    EXPECT_EQ(done.finish, FinishReason::kLength);
    EXPECT_EQ(done.tokens.size(), 60u);
    EXPECT_EQ(tokens, done.tokens);
    EXPECT_EQ(text, done.text);
    EXPECT_GT(done.ttft_ms, 0);
    EXPECT_GT(done.tpot_ms, 0);
    EXPECT_EQ(engine->statistics().kv_blocks_free, engine->statistics().kv_blocks_total);
  }
}

TEST_F(EngineTest, ReportsPromptLogitsOnceAndInOrder) {
  const auto engine = load({.kv_bytes = 300 * 256, .block_size = 16, .step_tokens = 7});
  auto asked = request(100, 40, 3);
  std::vector<int> positions;
  std::vector<float> last;
  asked.on_prompt_logits = [&](int position, std::span<const float> logits) {
    positions.push_back(position);
    last.assign(logits.begin(), logits.end());
    ASSERT_EQ(logits.size(), 259u);
  };
  asked.sampling.temperature = 0;
  const auto other = engine->submit(request(60, 100, 4));
  const auto first = engine->submit(asked);
  const TokenId token = first->wait().tokens[0];
  EXPECT_EQ(token, std::max_element(last.begin(), last.end()) - last.begin());
  other->wait();
  ASSERT_EQ(positions.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(positions[static_cast<std::size_t>(i)], i);
}

TEST_F(EngineTest, ReportsPromptLogitsFromAPosition) {
  const auto engine = load({.kv_bytes = 300 * 256, .block_size = 16, .step_tokens = 7});
  const auto logits_from = [&](int from) {
    auto asked = request(100, 2, 3);
    std::vector<std::vector<float>> rows;
    int first = -1;
    asked.prompt_logits_from = from;
    asked.on_prompt_logits = [&](int position, std::span<const float> logits) {
      if (rows.empty()) first = position;
      rows.emplace_back(logits.begin(), logits.end());
    };
    engine->submit(asked)->wait();
    EXPECT_EQ(first, from);
    return rows;
  };
  const auto all = logits_from(0), late = logits_from(90);
  ASSERT_EQ(late.size(), 10u);
  for (std::size_t i = 0; i < late.size(); ++i) EXPECT_EQ(late[i], all[90 + i]) << i;
  EXPECT_GT(engine->statistics().cached_tokens, 0) << "what stands before comes from the cache";
}

TEST_F(EngineTest, StopsAtStopStringsAcrossTokens) {
  const auto engine = load();
  auto asked = request(10, 200, 5);
  asked.sampling.temperature = 0.7;
  asked.sampling.top_k = 40;
  const std::string whole = engine->submit(asked)->wait().text;
  ASSERT_GT(whole.size(), 40u);
  const std::string stop = whole.substr(20, 3);  // three tokens or so: one is a byte
  asked.sampling.stop = {"never said", stop};
  std::string streamed;
  asked.on_token = [&](TokenId, std::string_view text) { streamed += text; };
  const Completion completion = engine->submit(asked)->wait();
  EXPECT_EQ(completion.finish, FinishReason::kStop);
  EXPECT_EQ(completion.text, whole.substr(0, whole.find(stop)));
  EXPECT_EQ(streamed, completion.text);
  EXPECT_LT(completion.tokens.size(), 200u);
}

TEST_F(EngineTest, EndsAtEndTokensUnlessToldToGoOn) {
  const auto engine = load();
  auto asked = request(30, 250, 8);
  asked.sampling.temperature = 5;  // nearly uniform: within 250 tokens of 259 an end token comes
  bool ended = false;
  for (unsigned seed = 1; seed < 20 && !ended; ++seed) {
    asked.sampling.seed = seed;
    asked.sampling.ignore_end = true;
    const auto whole = engine->submit(asked)->wait().tokens;
    EXPECT_EQ(whole.size(), 250u);
    asked.sampling.ignore_end = false;
    const Completion done = engine->submit(asked)->wait();
    const auto ends = engine->tokenizer().end_tokens();
    const auto end = std::find_first_of(whole.begin(), whole.end(), ends.begin(), ends.end());
    EXPECT_EQ(done.tokens, std::vector<TokenId>(whole.begin(), end));
    EXPECT_EQ(done.finish, end == whole.end() ? FinishReason::kLength : FinishReason::kStop);
    ended = ended || end != whole.end();
  }
  EXPECT_TRUE(ended);
}

TEST_F(EngineTest, EndsWhereTheContextDoes) {
  const auto engine = load();
  const Completion done = engine->submit(request(290, 500))->wait();
  EXPECT_EQ(done.tokens.size(), 10u);
  EXPECT_EQ(done.finish, FinishReason::kLength);
  EXPECT_EQ(engine->submit(request(300, 0))->wait().tokens.size(), 0u);
}

TEST_F(EngineTest, RefusesWhatItCannotDo) {
  const auto engine = load({.kv_bytes = 160 * 256, .block_size = 16});
  using support::expect_error;
  expect_error(ErrorCode::kTooLong, {"300", "context"}, [&] { engine->submit(request(300, 1)); });
  expect_error(ErrorCode::kOutOfMemory, {"200", "160"}, [&] { engine->submit(request(150, 50)); });
  EXPECT_EQ(engine->submit(request(150, 11))->wait().tokens.size(), 11u);
  expect_error(ErrorCode::kInvalidArgument, {"empty"}, [&] { engine->submit(request(0, 1)); });
  auto bad = request(3, 1);
  for (const TokenId token : {-1, 259}) {
    bad.prompt[1] = token;
    expect_error(ErrorCode::kInvalidArgument, {"vocabulary"}, [&] { engine->submit(bad); });
  }
  const auto sampling = [&](auto change) {
    auto asked = request(3, 1);
    change(asked.sampling);
    expect_error(ErrorCode::kInvalidArgument, {"Sampling"}, [&] { engine->submit(asked); });
  };
  sampling([](auto& s) { s.temperature = -1; });
  sampling([](auto& s) { s.temperature = std::numeric_limits<double>::quiet_NaN(); });
  sampling([](auto& s) { s.top_p = -0.1; });
  sampling([](auto& s) { s.top_p = 1.5; });
  sampling([](auto& s) { s.top_k = -3; });
  sampling([](auto& s) { s.max_tokens = -1; });
  sampling([](auto& s) { s.stop = {"x", ""}; });
  const std::vector<std::vector<TokenId>> texts = {{1}};
  expect_error(ErrorCode::kInvalidArgument, {"embeddings"}, [&] { engine->embed(texts); });

  expect_error(ErrorCode::kOutOfMemory, {"block"}, [&] { load({.kv_bytes = 100}); });
  expect_error(ErrorCode::kInvalidArgument, {"multiple of 16"}, [&] { load({.block_size = 24}); });
  expect_error(ErrorCode::kInvalidArgument, {"tokens"}, [&] { load({.step_tokens = 0}); });
  expect_error(ErrorCode::kInvalidArgument, {"sequences"}, [&] { load({.max_sequences = -1}); });
  expect_error(ErrorCode::kNotFound, {"nowhere"}, [&] { load_engine_on(pool_, "/nowhere.lectern", {}); });
}

TEST_F(EngineTest, ACallbackThatThrowsEndsItsRequestAlone) {
  const auto engine = load();
  const auto alone = engine->submit(request(50, 40, 2))->wait().tokens;
  auto throws = request(40, 40);
  int calls = 0;
  throws.on_token = [&](TokenId, std::string_view) {
    if (++calls == 3) throw std::runtime_error("the reader went away");
  };
  auto throws_early = request(40, 40);
  throws_early.on_prompt_logits = [](int position, std::span<const float>) {
    if (position == 30) throw Error(ErrorCode::kIo, "disk full");
  };
  const auto healthy = engine->submit(request(50, 40, 2));
  const auto first = engine->submit(throws);
  const auto second = engine->submit(throws_early);
  EXPECT_THROW(first->wait(), std::runtime_error);
  support::expect_error(ErrorCode::kIo, {"disk full"}, [&] { second->wait(); });
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(healthy->wait().tokens, alone);
  EXPECT_EQ(engine->statistics().kv_blocks_free, engine->statistics().kv_blocks_total);
}

TEST_F(EngineTest, TellsTheLogprobsOfItsTokens) {
  const auto engine = load();
  auto asked = request(20, 30);
  asked.top_logprobs = 3;
  std::vector<TokenId> tokens;
  asked.on_logprobs = [&](const TokenLogprobs& logprobs) {
    tokens.push_back(logprobs.chosen.token);
    ASSERT_EQ(logprobs.top.size(), 3u);
    EXPECT_LE(logprobs.chosen.logprob, logprobs.top[0].logprob);
    EXPECT_LT(logprobs.top[0].logprob, 0);
  };
  EXPECT_EQ(engine->submit(asked)->wait().tokens, tokens);
  EXPECT_EQ(tokens.size(), 30u);
  asked.top_logprobs = -1;
  support::expect_error(ErrorCode::kInvalidArgument, {"not negative"}, [&] { engine->submit(asked); });
}

TEST_F(EngineTest, PenaltiesAndBiasesChooseTokens) {
  const auto engine = load();
  auto asked = request(20, 60);
  asked.sampling.temperature = 0;
  asked.sampling.logit_bias = {{'x', 1000}};
  EXPECT_EQ(engine->submit(asked)->wait().text, std::string(60, 'x'));
  asked.sampling.logit_bias = {};
  asked.sampling.presence_penalty = 1000;
  auto tokens = engine->submit(asked)->wait().tokens;
  std::sort(tokens.begin(), tokens.end());
  EXPECT_EQ(std::unique(tokens.begin(), tokens.end()), tokens.end()) << "none comes twice";
  asked.sampling.logit_bias = {{100'000, 1}};
  support::expect_error(ErrorCode::kInvalidArgument, {"100000"}, [&] { engine->submit(asked); });
  asked.sampling.logit_bias = {{'x', std::nanf("")}};
  support::expect_error(ErrorCode::kInvalidArgument, {"finite"}, [&] { engine->submit(asked); });
}

// A model of random weights writes anything: its answers fit only because they have to.
TEST_F(EngineTest, AnAnswerKeepsToItsGrammarWhateverElseRuns) {
  const auto engine = load();
  const auto grammar = json_schema_grammar(
      R"({"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"n":{"type":"integer"}},
          "required":["key","n"]},"minItems":3})");
  std::vector<Request> requests;
  for (unsigned seed = 0; seed < 8; ++seed) {
    auto asked = request(40, 120, seed);
    asked.sampling.temperature = seed % 2;
    asked.sampling.ignore_end = false;
    asked.sampling.grammar = grammar;
    if (seed % 4 == 0) {  // repeats itself, so that it is guessed
      asked.sampling.logit_bias = {{'x', 50}};
      std::fill(asked.prompt.begin(), asked.prompt.end(), 'x');
    }
    requests.push_back(asked);
  }
  std::vector<Completion> alone;
  for (auto asked : requests) {
    asked.draft = false;
    alone.push_back(engine->submit(asked)->wait());
    EXPECT_EQ(alone.back().finish, FinishReason::kStop);
    EXPECT_TRUE(nlohmann::json::accept(alone.back().text)) << alone.back().text;
    EXPECT_LE(alone.back().tokens.size(), 120u);
  }
  int accepted = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto drafted = engine->submit(requests[i]);
    EXPECT_EQ(drafted->wait().tokens, alone[i].tokens) << i;
    accepted += drafted->wait().accepted_tokens;
  }
  std::vector<std::shared_ptr<Generation>> together;
  for (const auto& asked : requests) together.push_back(engine->submit(asked));
  for (std::size_t i = 0; i < requests.size(); ++i) EXPECT_EQ(together[i]->wait().tokens, alone[i].tokens) << i;
  EXPECT_GT(accepted, 0);
}

// Some of them would take more than a sequence may at its first token.
TEST_F(EngineTest, AGrammarThatTakesTooMuchFailsItsOwnRequestsAlone) {
  WorkerPool pool(2);  // samples on several threads
  const auto engine = load_engine_on(pool, file_, {});
  const auto heavy = json_schema_grammar(R"x({"type":"string","pattern":"^((.?){60}|(a?b?){60}){20}$"})x");
  const auto light = json_schema_grammar(R"({"type":"array","items":{"type":"integer"},"minItems":9})");
  std::vector<Request> requests;
  for (unsigned seed = 0; seed < 9; ++seed) {
    requests.push_back(request(40, 60, seed));
    auto& sampling = requests.back().sampling;
    sampling.ignore_end = false;
    sampling.temperature = seed % 2;
    sampling.grammar = seed % 3 == 0 ? heavy : seed % 3 == 1 ? light : nullptr;
  }
  std::vector<std::vector<TokenId>> alone;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    alone.emplace_back();
    if (i % 3 != 0) alone.back() = engine->submit(requests[i])->wait().tokens;
  }
  std::vector<std::shared_ptr<Generation>> together;
  for (const auto& asked : requests) together.push_back(engine->submit(asked));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (i % 3 == 0) {
      support::expect_error(ErrorCode::kInvalidArgument, {"schema", "fewer alternatives"},
                            [&] { together[i]->wait(); });
    } else {
      EXPECT_EQ(together[i]->wait().tokens, alone[i]) << i;
    }
  }
}

TEST_F(EngineTest, AGrammarAndAnAnswerThatGoesOnDoNotFit) {
  auto asked = request(20, 30);
  asked.sampling.grammar = json_object_grammar();
  support::expect_error(ErrorCode::kInvalidArgument, {"grammar"}, [&] { load()->submit(asked); });
}

TEST_F(EngineTest, TellsOnceThatARequestIsDone) {
  const auto engine = load();
  for (int i = 0; i < 3; ++i) {
    std::atomic<int> calls = 0;
    auto asked = request(20, i == 0 ? 250 : 10);
    if (i == 2) asked.on_token = [](TokenId, std::string_view) { throw std::runtime_error("the reader went away"); };
    asked.on_done = [&] { ++calls; };
    const auto generation = engine->submit(asked);
    if (i == 0) generation->cancel();
    while (calls == 0) std::this_thread::yield();
    EXPECT_TRUE(generation->done());
    EXPECT_EQ(engine->statistics().kv_blocks_free, engine->statistics().kv_blocks_total);
    engine->submit(request(5, 1))->wait();
    EXPECT_EQ(calls, 1);
  }
}

TEST_F(EngineTest, CancelsFromAnywhere) {
  const auto engine = load();
  auto asked = request(20, 250);
  std::shared_ptr<Generation> generation;
  std::atomic<bool> submitted = false;
  int calls = 0;
  asked.on_token = [&](TokenId, std::string_view) {
    while (!submitted) std::this_thread::yield();
    if (++calls == 5) generation->cancel();
  };
  generation = engine->submit(asked);
  submitted = true;
  const Completion& done = generation->wait();
  EXPECT_EQ(done.finish, FinishReason::kCancelled);
  EXPECT_EQ(done.tokens.size(), 5u);
  EXPECT_EQ(engine->statistics().kv_blocks_free, engine->statistics().kv_blocks_total);
}

TEST_F(EngineTest, EndsWithoutItsRequestsHanging) {
  auto engine = load();
  std::vector<std::shared_ptr<Generation>> generations;
  for (unsigned i = 0; i < 10; ++i) generations.push_back(engine->submit(request(200, 90, i)));
  engine.reset();
  for (const auto& generation : generations) {
    const auto finish = generation->wait().finish;
    EXPECT_TRUE(finish == FinishReason::kCancelled || finish == FinishReason::kLength);
  }
}

TEST_F(EngineTest, ServesManyThreads) {
  WorkerPool pool(2);
  const auto engine = load_engine_on(pool, file_, {.kv_bytes = 800 * 256, .block_size = 16, .step_tokens = 64});
  std::vector<std::vector<TokenId>> alone;
  for (unsigned i = 0; i < 100; ++i) {
    alone.push_back(engine->submit(request(1 + static_cast<int>(i), 10, i))->wait().tokens);
  }
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (unsigned i = t; i < 100; i += 8) {
        auto generation = engine->submit(request(1 + static_cast<int>(i), 10, i));
        if (i % 10 == 3) generation->cancel();
        const Completion& done = generation->wait();
        EXPECT_TRUE(done.finish == FinishReason::kCancelled || done.tokens == alone[i]) << i;
        EXPECT_GE(engine->statistics().kv_blocks_free, 0);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto statistics = engine->statistics();
  EXPECT_EQ(statistics.kv_blocks_free, statistics.kv_blocks_total);
  EXPECT_GT(statistics.steps, 0);
}

TEST_F(EngineTest, ANanIsAnErrorOfItsRequest) {
  const auto file = altered(file_, [](auto& header) {
    for (auto& call : header.program) {
      if (call.op == "attention") call.attributes["scale"] = 2e9;          // scores overflow
      if (call.attributes.contains("eps")) call.attributes["eps"] = -2e9;  // the root of a negative number
    }
  });
  const auto engine = load_engine_on(pool_, file, {});
  support::expect_error(ErrorCode::kCorrupt, {"logits"}, [&] { engine->submit(request(4, 4))->wait(); });
  EXPECT_EQ(engine->statistics().kv_blocks_free, engine->statistics().kv_blocks_total);
}

}  // namespace
}  // namespace lectern::runtime
