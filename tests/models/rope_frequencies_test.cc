#include "models/rope_frequencies.h"

#include <gtest/gtest.h>

#include "lectern/error.h"
#include "support/tiny_decoder.h"
#include "support/tiny_folder.h"

namespace lectern::models {
namespace {

using support::GgufBuilder;
using support::TinyDecoder;

RopeFrequencies of(const std::filesystem::path& path) {
  const auto checkpoint = formats::open_checkpoint(path);
  return rope_frequencies(*checkpoint, read_decoder_config(*checkpoint));
}

RopeFrequencies of_gguf(const std::function<void(GgufBuilder&)>& more) {
  return of(support::write(TinyDecoder{.more = more}));
}
RopeFrequencies of_folder(const std::string& scaling) {
  return of(support::write_decoder_folder({}, ",\"rope_scaling\":{" + scaling + "}"));
}

void expect_near(const RopeFrequencies& found, const std::vector<float>& expected, float attention_factor) {
  ASSERT_EQ(found.values.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found.values[i] / expected[i], 1, 1e-6) << i;
  EXPECT_NEAR(found.attention_factor, attention_factor, 1e-6);
}

// Expected values are those of Hugging Face Transformers for heads of 16, base 10,000.
const std::vector<float> kPlain = {1,      0.31622776f,   0.1f, 0.031622779f, 0.0099999998f, 0.0031622779f,
                                   0.001f, 0.00031622779f};
const std::vector<float> kLlama3 = {1,        0.24438459f,    0.013042256f,   0.0039528473f,
                                    0.00125f, 0.00039528473f, 0.00012500001f, 3.9528473e-05f};
const std::vector<float> kYarn = {
    1, 0.23717082f, 0.049999997f, 0.0079056947f, 0.0024999999f, 0.00079056947f, 0.00025000001f, 7.9056947e-05f};

TEST(RopeFrequencies, PlainOnes) {
  expect_near(of_gguf([](GgufBuilder&) {}), kPlain, 1);
  expect_near(of_folder("\"rope_type\":\"default\""), kPlain, 1);
}

TEST(RopeFrequencies, LinearScalingDividesAll) {
  std::vector<float> expected = kPlain;
  for (float& f : expected) f /= 4;
  expect_near(of_folder(R"("type":"linear","factor":4.0)"), expected, 1);
  expect_near(
      of_gguf([](GgufBuilder& g) { g.text("llama.rope.scaling.type", "linear").f32("llama.rope.scaling.factor", 4); }),
      expected, 1);
}

TEST(RopeFrequencies, Llama3StretchesLongWaves) {
  expect_near(of_folder(R"("rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,)"
                        R"("original_max_position_embeddings":64)"),
              kLlama3, 1);
}

TEST(RopeFrequencies, GgufCarriesLlama3AsDivisors) {
  expect_near(of_gguf([](GgufBuilder& g) {
                std::vector<float> divisors;
                for (std::size_t i = 0; i < kPlain.size(); ++i) divisors.push_back(kPlain[i] / kLlama3[i]);
                g.tensor("rope_freqs.weight", {8}, divisors);
              }),
              kLlama3, 1);
}

TEST(RopeFrequencies, YarnBlendsByTurns) {
  expect_near(of_folder(R"("rope_type":"yarn","factor":4.0,"original_max_position_embeddings":64)"), kYarn, 1.1386294f);
  expect_near(of_gguf([](GgufBuilder& g) {
                g.text("llama.rope.scaling.type", "yarn").f32("llama.rope.scaling.factor", 4);
                g.u32("llama.rope.scaling.original_context_length", 64);
              }),
              kYarn, 1.1386294f);
  const std::vector<float> narrower = {
      1, 0.19764236f, 0.025f, 0.0079056947f, 0.0024999999f, 0.00079056947f, 0.00025000001f, 7.9056947e-05f};
  expect_near(of_folder(R"("rope_type":"yarn","factor":4.0,"original_max_position_embeddings":64,"beta_fast":8.0,)"
                        R"("beta_slow":2.0,"attention_factor":1.5)"),
              narrower, 1.5f);
}

TEST(RopeFrequencies, UnknownScalingIsNamed) {
  try {
    of_folder(R"("rope_type":"longrope","factor":4.0)");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_NE(std::string(error.what()).find("\"longrope\""), std::string::npos);
  }
}

TEST(RopeFrequencies, DamagedScalingIsRefused) {
  EXPECT_THROW(of_folder(R"("rope_type":"linear","factor":0.0)"), Error);
  EXPECT_THROW(of_folder(R"("rope_type":"linear")"), Error);
  EXPECT_THROW(of_gguf([](GgufBuilder& g) { g.tensor("rope_freqs.weight", {8}, std::vector<float>(8, 0.f)); }), Error);
  EXPECT_THROW(of_gguf([](GgufBuilder& g) { g.tensor("rope_freqs.weight", {4}, std::vector<float>(4, 1.f)); }), Error);
}

}  // namespace
}  // namespace lectern::models
