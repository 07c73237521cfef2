// A sequence's bits depend on its own request alone.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "runtime/tiny_engine.h"

namespace lectern::runtime {
namespace {

constexpr int kContext = 512;

support::TinyDecoder decoder(DType type) {
  return {.layers = 2, .context = kContext, .type = type, .types = {}, .more = [](auto&) {}};
}

std::vector<Request> mixed_requests(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Request> requests(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    Request& request = requests[static_cast<std::size_t>(i)];
    const int size = i == 0 ? 1 : i == 1 ? 300 : 1 + static_cast<int>(random() % 300);
    for (int t = 0; t < size; ++t) request.prompt.push_back(static_cast<TokenId>(random() % 256));
    if (i % 5 == 2) std::copy_n(requests[1].prompt.begin(), std::min(size, 200), request.prompt.begin());
    auto& sampling = request.sampling;
    sampling.max_tokens = i % 8 == 0 ? 1 + i : 40 + static_cast<int>(random() % 21);
    sampling.temperature = i % 3 == 0 ? 0 : 0.5 + 0.25 * static_cast<double>(i % 4);
    sampling.top_k = i % 4 == 1 ? 20 : 0;
    sampling.top_p = i % 4 == 2 ? 0.8 : 1;
    sampling.seed = static_cast<std::uint64_t>(i);
    sampling.ignore_end = i % 4 != 3;
    if (i % 6 == 4) sampling.presence_penalty = 0.7;
    if (i % 6 >= 4) sampling.frequency_penalty = 0.2;
    if (i % 7 == 3) sampling.logit_bias = {{'a', 1.5f}, {'b', -2.0f}};
    request.top_logprobs = i % 5;
  }
  return requests;
}

// Prompts of few words that come again and again, so that there is much to guess from, and guesses are often wrong.
std::vector<Request> repetitive_requests(int count, unsigned seed) {
  auto requests = mixed_requests(count, seed);
  std::mt19937 random(seed);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    for (auto& token : requests[i].prompt) token = static_cast<TokenId>('a' + random() % (2 + i % 6));
    requests[i].passages_begin = static_cast<int>(random() % 100);
    requests[i].passages_end = static_cast<int>(random() % 300);
    if (i % 4 == 1) requests[i].sampling.temperature = 0.1;
  }
  return requests;
}

std::vector<std::pair<TokenId, float>> values(const TokenLogprobs& logprobs) {
  std::vector<std::pair<TokenId, float>> all = {{logprobs.chosen.token, logprobs.chosen.logprob}};
  for (const auto& [token, logprob] : logprobs.top) all.emplace_back(token, logprob);
  return all;
}

void expect_same(const Outcome& got, const Outcome& alone, std::size_t request) {
  ASSERT_EQ(got.completion.tokens, alone.completion.tokens) << "request " << request;
  EXPECT_EQ(got.completion.text, alone.completion.text);
  EXPECT_EQ(got.streamed, got.completion.text);
  EXPECT_EQ(got.completion.finish, alone.completion.finish);
  ASSERT_EQ(got.logprobs.size(), alone.logprobs.size());
  for (std::size_t i = 0; i < got.logprobs.size(); ++i) {
    EXPECT_EQ(got.logprobs[i].chosen.token, got.completion.tokens[i]);
    EXPECT_EQ(values(got.logprobs[i]), values(alone.logprobs[i]));
  }
  // Behind those of the tokens stand those of drafts that came to nothing: how many depends on what a step costs.
  const std::size_t sampled = alone.completion.tokens.size();
  ASSERT_GE(got.logits.size(), sampled);
  ASSERT_GE(alone.logits.size(), sampled);
  for (std::size_t i = 0; i < sampled; ++i) {
    ASSERT_EQ(std::memcmp(got.logits[i].data(), alone.logits[i].data(), got.logits[i].size() * sizeof(float)), 0)
        << "logits " << i << " of request " << request;
  }
}

struct Variant {
  const char* name;
  DType type;
  int window;  // of every second layer; 0: none
  KvType kv_type;
};

std::filesystem::path engine_of(const Variant& variant, Isa isa) {
  const auto file = compiled(decoder(variant.type), isa);
  if (variant.window == 0) return file;
  return altered(file, [&](auto& header) { window_odd_layers(header, variant.window); });
}

// Keys and values of two layers with two heads of 16.
std::size_t kv_bytes_a_token(const Variant& variant) {
  return 2u * 2u * 2u * 16u * (variant.kv_type == KvType::kF32 ? 4u : 2u);
}

class Invariance : public testing::TestWithParam<std::tuple<Isa, Variant>> {};

TEST_P(Invariance, ARequestGivesInACrowdWhatItGivesAlone) {
  const auto& [isa, variant] = GetParam();
  const auto file = engine_of(variant, isa);
  const auto requests = mixed_requests(32, 1);
  const EngineOptions roomy{.kv_bytes = std::size_t{64} << 20, .block_size = 32, .kv_type = variant.kv_type};
  std::vector<Outcome> alone;
  for (const auto& request : requests) alone.push_back(Bench(file, roomy).run({request})[0]);

  // 480 tokens or so for all, where the largest request has 360.
  const std::size_t token_bytes = kv_bytes_a_token(variant);
  for (const int threads : {1, 2}) {
    for (const int step_tokens : {16, 512}) {
      EngineOptions tight = roomy;
      tight.kv_bytes = 480 * token_bytes;
      tight.block_size = 16;
      tight.step_tokens = step_tokens;
      Bench bench(file, tight, threads);
      const auto crowd = bench.run(requests);
      EXPECT_GT(bench.generator().statistics().preemptions, 0);
      EXPECT_EQ(bench.blocks().free(), bench.blocks().total());
      for (std::size_t i = 0; i < requests.size(); ++i) expect_same(crowd[i], alone[i], i);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Invariance,
                         testing::Combine(testing::ValuesIn(machine_isas()),
                                          testing::Values(Variant{"q4_1", DType::kQ4_1, 0, KvType::kF16},
                                                          Variant{"f32_windowed", DType::kF32, 70, KvType::kBF16},
                                                          Variant{"q8_0_windowed", DType::kQ8_0, 33, KvType::kF32})),
                         [](const auto& test) {
                           return std::string(name(std::get<0>(test.param))) + "_" + std::get<1>(test.param).name;
                         });

std::vector<Outcome> one_token_a_step(const std::filesystem::path& file, const std::vector<Request>& requests) {
  std::vector<Outcome> outcomes;
  for (auto request : requests) {
    request.draft = false;
    Bench bench(file, {.block_size = 16});
    outcomes.push_back(bench.run({request})[0]);
    EXPECT_EQ(bench.generator().statistics().drafted_tokens, 0);
  }
  return outcomes;
}

TEST_P(Invariance, ADraftChangesNothing) {
  const auto& [isa, variant] = GetParam();
  const auto file = engine_of(variant, isa);
  const auto requests = repetitive_requests(14, 5);
  const std::size_t token_bytes = kv_bytes_a_token(variant);
  std::vector<Outcome> plain;
  for (auto request : requests) {
    request.draft = false;
    plain.push_back(Bench(file, {.block_size = 32, .kv_type = variant.kv_type}).run({request})[0]);
  }
  for (const int threads : {1, 2}) {
    for (const int step_tokens : {9, 512}) {
      // Room for 480 tokens or so.
      Bench bench(
          file,
          {.kv_bytes = 480 * token_bytes, .block_size = 16, .step_tokens = step_tokens, .kv_type = variant.kv_type},
          threads);
      const auto drafted = bench.run(requests);
      const auto statistics = bench.generator().statistics();
      EXPECT_GT(statistics.preemptions, 0);
      EXPECT_GT(statistics.accepted_tokens, 0);
      EXPECT_LT(statistics.accepted_tokens, statistics.drafted_tokens);
      EXPECT_EQ(bench.blocks().free(), bench.blocks().total());
      for (std::size_t i = 0; i < requests.size(); ++i) expect_same(drafted[i], plain[i], i);
    }
  }
}

TEST(Drafting, EndsWhereItWouldWithout) {
  const auto file = compiled(decoder(DType::kQ4_1));
  std::vector<Request> requests;
  int n = 0;
  for (auto request : repetitive_requests(8, 7)) {
    request.sampling.temperature = 0;
    request.sampling.ignore_end = true;
    request.sampling.max_tokens = 40;
    const auto whole = one_token_a_step(file, {request})[0];
    request.sampling.max_tokens = 1 + 5 * ++n;
    requests.push_back(request);
    request.sampling.max_tokens = 1000;  // to the end of the context
    requests.push_back(request);
    request.sampling.stop = {whole.completion.text.substr(whole.completion.text.size() / 2, 2)};
    requests.push_back(request);
  }
  const auto plain = one_token_a_step(file, requests);
  int accepted = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Bench bench(file, {.block_size = 16});
    const auto drafted = bench.run({requests[i]})[0];
    expect_same(drafted, plain[i], i);
    EXPECT_EQ(bench.generator().statistics().generated_tokens, static_cast<int>(drafted.completion.tokens.size()));
    EXPECT_EQ(bench.blocks().free(), bench.blocks().total());
    accepted += drafted.completion.accepted_tokens;
  }
  EXPECT_GT(accepted, 500);
}

TEST(Drafting, EndsWithTheTokenAtWhichItIsCancelled) {
  const auto file = compiled(decoder(DType::kQ4_1));
  auto request = repetitive_requests(3, 7)[0];
  request.sampling = {.max_tokens = 100, .ignore_end = true, .stop = {}};
  const auto whole = one_token_a_step(file, {request})[0].completion.tokens;
  for (std::size_t after = 1; after < 60; ++after) {
    Bench bench(file, {.block_size = 16});
    Outcome outcome;
    std::shared_ptr<PendingGeneration> generation;
    std::size_t tokens = 0;
    request.on_token = [&](TokenId, std::string_view) {
      if (++tokens == after) generation->cancel();
    };
    generation = bench.submit(request, &outcome);
    bench.run();
    EXPECT_EQ(outcome.completion.finish, FinishReason::kCancelled);
    EXPECT_EQ(outcome.completion.tokens,
              std::vector<TokenId>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(after)));
    EXPECT_EQ(bench.blocks().free(), bench.blocks().total());
  }
}

// What a draft left in the cache where it was wrong is written over before anyone reads it.
TEST(Drafting, LeavesASoundPrefixCache) {
  const auto file = compiled(decoder(DType::kQ4_1));
  Bench bench(file, {.block_size = 16});
  for (auto request : repetitive_requests(12, 3)) {
    request.sampling.max_tokens = 60;
    request.sampling.ignore_end = true;
    const auto first = bench.run({request})[0].completion;
    Request next = request;
    next.prompt.insert(next.prompt.end(), first.tokens.begin(), first.tokens.end());
    const auto second = bench.run({next})[0];
    EXPECT_GE(second.completion.cached_tokens, static_cast<int>(request.prompt.size()));
    expect_same(second, one_token_a_step(file, {next})[0], 0);
  }
  EXPECT_GT(bench.generator().statistics().drafted_tokens, bench.generator().statistics().accepted_tokens);
}

TEST(PrefixReuse, GivesTheSameBits) {
  for (const int window : {0, 40}) {
    auto file = compiled(decoder(DType::kQ4_1));
    if (window > 0) file = altered(file, [&](auto& header) { window_odd_layers(header, window); });
    Request first = mixed_requests(2, 9)[1];  // 300 tokens
    first.sampling = {.max_tokens = 20, .ignore_end = true, .stop = {}};
    Request second = first;
    second.prompt.resize(230);
    for (std::size_t i = 200; i < 230; ++i) second.prompt[i] = (second.prompt[i] + 1) % 256;
    second.sampling.temperature = 1;

    const EngineOptions options{.block_size = 16, .step_tokens = 64};
    EngineOptions uncached = options;
    uncached.prefix_cache = false;
    const auto alone = Bench(file, uncached).run({second})[0];
    Bench bench(file, options);
    bench.run({first});
    const auto after = bench.run({second, second});
    // A windowed group has let go of the blocks before 200 - window, unless they are still cached: they are.
    EXPECT_EQ(after[0].completion.cached_tokens, 192);
    EXPECT_EQ(after[0].completion.prompt_tokens, 230);
    expect_same(after[0], alone, 0);
    expect_same(after[1], alone, 1);
    EXPECT_EQ(bench.generator().statistics().cached_tokens, 2 * 192);
    EXPECT_EQ(bench.blocks().free(), bench.blocks().total());

    const auto again = bench.run({second})[0];
    EXPECT_EQ(again.completion.cached_tokens, 224);
    expect_same(again, alone, 2);
  }
}

TEST(Windows, NoBlockIsHeldBehindOne) {
  constexpr int kWindow = 50, kBlock = 16;
  auto file = altered(compiled(decoder(DType::kQ4_1)), [](auto& header) { window_odd_layers(header, kWindow); });
  Bench bench(file, {.block_size = kBlock, .step_tokens = 64});
  auto requests = mixed_requests(8, 4);
  std::vector<Outcome> outcomes(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].sampling.ignore_end = true;
    bench.submit(requests[i], &outcomes[i]);
  }
  const auto& pool = bench.blocks().pools()[1];
  ASSERT_EQ(pool.window(), kWindow);
  int most = 0;
  while (!bench.generator().idle()) {
    bench.step();
    // After a step each of 8 sequences holds the blocks that its next token reads: 50 keys touch 5 blocks at most.
    ASSERT_LE(pool.total() - pool.free(), 8 * 5);
    most = std::max(most, pool.total() - pool.free());
    for (const auto& sequence : bench.generator().scheduler().running()) {
      const auto& table = sequence->tables[1];
      for (std::size_t b = 0; b < table.blocks.size(); ++b) {
        const bool behind = (static_cast<int>(b) + 1) * kBlock <= sequence->computed - kWindow + 1;
        ASSERT_EQ(table.blocks[b] == -1, behind) << "block " << b << " after " << sequence->computed << " tokens";
      }
    }
  }
  EXPECT_GT(most, 8);
}

TEST(Cancelling, FreesEveryBlockAndHarmsNobody) {
  const auto file = compiled(decoder(DType::kQ4_1));
  const auto requests = mixed_requests(32, 6);
  const EngineOptions roomy{.block_size = 16};
  std::vector<Outcome> alone;
  for (const auto& request : requests) alone.push_back(Bench(file, roomy).run({request})[0]);
  EngineOptions tight = roomy;
  tight.kv_bytes = 900 * 256;
  tight.step_tokens = 100;
  Bench bench(file, tight, 2);
  std::vector<Outcome> outcomes(requests.size());
  std::vector<std::shared_ptr<PendingGeneration>> generations;
  for (std::size_t i = 0; i < requests.size(); ++i) generations.push_back(bench.submit(requests[i], &outcomes[i]));
  std::mt19937 random(2);
  std::vector<std::size_t> doomed;
  for (std::size_t i = 0; i < requests.size(); i += 2) doomed.push_back(i);
  std::shuffle(doomed.begin(), doomed.end(), random);
  while (!bench.generator().idle()) {
    bench.step();
    if (doomed.empty() || random() % 4 != 0) continue;
    auto& generation = *generations[doomed.back()];
    const bool was_done = generation.done();
    generation.cancel();
    bench.step();
    EXPECT_TRUE(generation.done()) << "cancel takes effect within one step";
    EXPECT_EQ(generation.wait().finish == FinishReason::kCancelled, !was_done);
    doomed.pop_back();
  }
  EXPECT_EQ(bench.blocks().free(), bench.blocks().total());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (i % 2 == 1) {
      expect_same(outcomes[i], alone[i], i);
      continue;
    }
    const auto& tokens = generations[i]->wait().tokens;  // a beginning of what it would have given
    ASSERT_LE(tokens.size(), alone[i].completion.tokens.size());
    EXPECT_TRUE(std::equal(tokens.begin(), tokens.end(), alone[i].completion.tokens.begin()));
  }
}

}  // namespace
}  // namespace lectern::runtime
