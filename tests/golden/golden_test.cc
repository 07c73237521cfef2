#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "core/half.h"
#include "core/isa.h"
#include "lectern/compile.h"
#include "lectern/engine.h"
#include "support/sanitizer.h"

namespace lectern {
namespace {

const std::filesystem::path kFolder = "tests/golden";

// Sanitizers make the scalar target some forty times slower, and look at bytes rather than at values: a fortieth is
// enough.
constexpr std::size_t kShare = test::kSanitizer ? 40 : 1;

std::filesystem::path model(const char* name) { return std::filesystem::path(std::getenv("LECTERN_MODELS")) / name; }

// One file of generate.py.
struct GoldenLogits {
  struct Row {
    std::vector<float> logits;  // [columns]
    float log_sum_exp, highest;
    std::int32_t best;
  };
  std::vector<TokenId> tokens;
  std::vector<std::int32_t> columns;  // vocabulary ids
  std::vector<Row> rows;              // [tokens]

  explicit GoldenLogits(const char* name) {
    std::ifstream file(kFolder / name, std::ios::binary);
    file.exceptions(std::ios::failbit);
    const auto read = [&](auto* values, std::size_t count) {
      file.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof *values));
    };
    std::int32_t counts[2];
    read(counts, 2);
    tokens.resize(static_cast<std::size_t>(counts[0]));
    columns.resize(static_cast<std::size_t>(counts[1]));
    read(tokens.data(), tokens.size());
    read(columns.data(), columns.size());
    rows.resize(tokens.size());
    for (Row& row : rows) {
      row.logits.resize(columns.size());
      read(row.logits.data(), columns.size());
      read(&row.log_sum_exp, 1);
      read(&row.highest, 1);
      read(&row.best, 1);
    }
    tokens.resize(std::max<std::size_t>(tokens.size() / kShare, 1));
    rows.resize(tokens.size());
  }
};

double log_sum_exp(std::span<const float> logits) {
  float highest = -INFINITY;
  for (float v : logits) highest = std::max(highest, v);
  double sum = 0;
  for (float v : logits) sum += std::exp(static_cast<double>(v) - highest);
  return highest + std::log(sum);
}

std::unique_ptr<Engine> load(const std::filesystem::path& checkpoint, Isa isa, KvType kv) {
  CompileOptions compile;
  compile.target = name(isa);
  EngineOptions options;
  options.kv_type = kv;
  return load_engine(engine_for(checkpoint, compile), options);
}

using OnLogits = std::function<void(int position, std::span<const float>)>;

void score(Engine& engine, const std::vector<TokenId>& tokens, const OnLogits& on_logits) {
  Request request;
  request.prompt = tokens;
  request.sampling.max_tokens = 1;
  request.prefix_cache = false;
  request.on_prompt_logits = on_logits;
  engine.submit(std::move(request))->wait();
}

// Largest difference of any stored figure.
float worst_difference(const GoldenLogits::Row& row, const std::vector<std::int32_t>& columns,
                       std::span<const float> logits) {
  float worst = std::abs(static_cast<float>(log_sum_exp(logits)) - row.log_sum_exp);
  worst = std::max(worst, std::abs(logits[static_cast<std::size_t>(row.best)] - row.highest));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    worst = std::max(worst, std::abs(logits[static_cast<std::size_t>(columns[i])] - row.logits[i]));
  }
  return worst;
}

// Scores golden tokens on the scalar target, checks each row, and hands the logits on.
void check_scalar(const GoldenLogits& golden, const std::filesystem::path& checkpoint, const OnLogits& then) {
  const auto engine = load(checkpoint, Isa::kScalar, KvType::kF32);
  std::size_t rows = 0;
  float worst = 0;
  score(*engine, golden.tokens, [&](int position, std::span<const float> logits) {
    worst = std::max(worst, worst_difference(golden.rows[static_cast<std::size_t>(position)], golden.columns, logits));
    ++rows;
    then(position, logits);
  });
  EXPECT_EQ(rows, golden.tokens.size());
  EXPECT_LE(worst, 1e-2f);
  std::printf("scalar: largest difference of a logit %.2g over %zu tokens\n", worst, rows);
}

double divergence(std::span<const float> p, std::span<const float> q) {
  const double p_sum = log_sum_exp(p), q_sum = log_sum_exp(q);
  double total = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double log_p = p[i] - p_sum;
    total += std::exp(log_p) * (log_p - (q[i] - q_sum));
  }
  return total;
}

// The scalar path, held to Transformers within 1e-2, stands for it in the divergence: whole distributions are too
// large to commit.
TEST(Golden, SmolLm2LogitsAndDivergence) {
  const GoldenLogits golden("smollm2_logits.bin");
  const auto checkpoint = model("smollm2-135m-instruct-q4_1.gguf");
  std::vector<std::vector<float>> reference(golden.tokens.size());
  check_scalar(golden, checkpoint, [&](int position, std::span<const float> logits) {
    reference[static_cast<std::size_t>(position)].assign(logits.begin(), logits.end());
  });
  for (Isa isa : kIsas) {
    if (isa == Isa::kScalar || !machine_has(isa)) continue;
    const auto engine = load(checkpoint, isa, KvType::kAuto);
    double sum = 0;
    std::size_t rows = 0;
    score(*engine, golden.tokens, [&](int position, std::span<const float> logits) {
      sum += divergence(reference[static_cast<std::size_t>(position)], logits);
      ++rows;
    });
    ASSERT_EQ(rows, golden.tokens.size());
    EXPECT_LE(sum / static_cast<double>(rows), 5e-3) << name(isa);
    std::printf("%s: mean divergence %.2g nats\n", std::string(name(isa)).c_str(), sum / static_cast<double>(rows));
  }
}

TEST(Golden, QwenLogits) {
  const char* checkpoint = std::getenv("LECTERN_QWEN");
  if (checkpoint == nullptr) GTEST_SKIP() << "LECTERN_QWEN names no GGUF of Qwen2.5-Coder-1.5B-Instruct Q4_K_M";
  check_scalar(GoldenLogits("qwen_logits.bin"), checkpoint, [](int, std::span<const float>) {});
}

TEST(Golden, MiniLmVectors) {
  std::vector<std::string> texts;
  std::ifstream lines(kFolder / "minilm_texts.txt");
  for (std::string line; std::getline(lines, line);) texts.push_back(line);
  ASSERT_EQ(texts.size(), 200u);
  texts.resize(texts.size() / kShare);
  const auto count = static_cast<double>(texts.size());
  for (Isa isa : kIsas) {
    if (!machine_has(isa)) continue;
    const auto engine = load(model("all-minilm-l6-v2"), isa, KvType::kF16);
    std::vector<std::vector<TokenId>> tokens;
    for (const auto& text : texts) tokens.push_back(engine->tokenizer().encode(text));
    const auto vectors = engine->embed(tokens);

    std::ifstream file(kFolder / "minilm_vectors.bin", std::ios::binary);
    std::vector<std::uint16_t> golden(vectors[0].size());
    double sum = 0, worst = 1;
    for (const auto& vector : vectors) {
      ASSERT_TRUE(file.read(reinterpret_cast<char*>(golden.data()), static_cast<std::streamsize>(golden.size() * 2)));
      double dot = 0, ours = 0, theirs = 0;
      for (std::size_t i = 0; i < vector.size(); ++i) {
        const double g = f16_to_float(golden[i]);
        dot += vector[i] * g;
        ours += static_cast<double>(vector[i]) * vector[i];
        theirs += g * g;
      }
      const double cosine = dot / std::sqrt(ours * theirs);
      sum += cosine;
      worst = std::min(worst, cosine);
    }
    EXPECT_GE(sum / count, 0.999) << name(isa);
    EXPECT_GE(worst, 0.995) << name(isa);
    std::printf("%s: cosine mean %.5f, worst %.5f\n", std::string(name(isa)).c_str(), sum / count, worst);
  }
}

}  // namespace
}  // namespace lectern
