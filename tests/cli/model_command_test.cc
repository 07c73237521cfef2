#include "command.h"

namespace lectern::test {
namespace {

using nlohmann::json;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;

using ModelCommandTest = CommandTest;

TEST_F(ModelCommandTest, CompileWritesAnEngineThatOtherCommandsTake) {
  const std::string engine = home() + "/minilm.lectern";
  const auto compiled = lectern({"compile", kEmbedder, "-o", engine});
  EXPECT_EQ(compiled.status, 0) << compiled.err;
  EXPECT_THAT(compiled.out, HasSubstr("minilm.lectern"));
  EXPECT_EQ(lectern({"inspect", engine}).status, 0);
  const auto from_engine = lectern({"tokenize", engine, "--json"}, {.input = "Hello, world"});
  const auto from_checkpoint = lectern({"tokenize", kEmbedder, "--json"}, {.input = "Hello, world"});
  EXPECT_EQ(from_engine.out, "{\"ids\":[101,7592,1010,2088,102]}\n");
  EXPECT_EQ(from_engine.out, from_checkpoint.out);
  EXPECT_EQ(lectern({"compile", kEmbedder, "-o", home() + "/no/folder/x.lectern"}).status, 1);
}

TEST_F(ModelCommandTest, TokenizeOptions) {
  const auto file = write("text.txt", "Hello<|im_end|>");
  const auto special = json::parse(lectern({"tokenize", kModel, "--file", file, "--json"}).out)["ids"];
  const auto plain = json::parse(lectern({"tokenize", kModel, "--file", file, "--plain", "--json"}).out)["ids"];
  EXPECT_LT(special.size(), plain.size());
  const auto bare = lectern({"tokenize", kEmbedder, "--no-special", "--json"}, {.input = "Hello, world"});
  EXPECT_EQ(bare.out, "{\"ids\":[7592,1010,2088]}\n");
  const auto person = lectern({"tokenize", kEmbedder}, {.input = "Hello"});
  EXPECT_THAT(person.out, HasSubstr("7592  \" hello\""));
}

TEST_F(ModelCommandTest, EmbedsEachLine) {
  const std::string text = "A cat sits on the mat.\n\nAnother line";
  const auto result = lectern({"embed", kEmbedder, "--json"}, {.input = text});
  EXPECT_EQ(result.status, 0);
  std::istringstream lines(result.out);
  std::vector<std::vector<float>> vectors;
  for (std::string line; std::getline(lines, line);) vectors.push_back(json::parse(line)["embedding"]);
  ASSERT_EQ(vectors.size(), 3u) << "an empty line is a text, too";
  for (const auto& vector : vectors) {
    EXPECT_EQ(vector.size(), 384u);
    double square = 0;
    for (const float x : vector) square += double{x} * double{x};
    EXPECT_NEAR(square, 1, 1e-4);
  }
  std::istringstream numbers(lectern({"embed", kEmbedder}, {.input = text}).out);
  for (const float expected : vectors[0]) {
    std::string number;
    numbers >> number;
    EXPECT_EQ(std::stof(number), expected);
  }
  EXPECT_EQ(lectern({"embed", kModel}, {.input = text}).status, 1) << "it generates";
}

TEST_F(ModelCommandTest, PerplexityOfSenseAndNonsense) {
  std::string sense, nonsense;
  for (int i = 0; i < 3; ++i) {
    sense += "The sun rises in the east and sets in the west. Water freezes when it is cold and boils when it is hot. ";
    nonsense += "east the hot water it rises and. sets sun when freezes boils the in is cold it The in west the is. ";
  }
  const auto good = json::parse(lectern({"perplexity", kModel, write("a.txt", sense), "--json"}).out);
  const auto bad = json::parse(lectern({"perplexity", kModel, write("b.txt", nonsense), "--json"}).out);
  EXPECT_GT(good["perplexity"].get<double>(), 1);
  EXPECT_LT(good["perplexity"].get<double>(), bad["perplexity"].get<double>());
  EXPECT_GT(good["tokens"].get<int>(), 60);
  EXPECT_EQ(lectern({"perplexity", kModel, write("empty.txt", "")}).status, 1);
}

TEST_F(ModelCommandTest, BenchJsonAsDocumented) {
  const auto one = lectern(
      {"bench", kModel, "--input-len", "32", "--output-len", "4", "--requests", "2", "--threads", "1", "--json"});
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_THAT(one.err, IsEmpty());
  const auto result = json::parse(one.out);
  for (const auto* name : {"ttft_ms", "tpot_ms", "latency_ms"}) {
    for (const auto* share : {"p50", "p90", "p99"}) EXPECT_GT(result[name][share].get<double>(), 0) << name << share;
  }
  for (const auto* name :
       {"output_tok_s", "input_tok_s", "prefill_tok_s", "decode_tok_s", "model_bytes", "rss_bytes"}) {
    EXPECT_GT(result[name].get<double>(), 0) << name;
  }
  EXPECT_EQ(result["threads"], 1);
  EXPECT_TRUE(result["isa"].is_string());
  const auto two = lectern(
      {"bench", kModel, "--input-len", "16", "--output-len", "2", "--requests", "3", "--concurrency", "2", "--json"});
  EXPECT_FALSE(json::parse(two.out).contains("prefill_tok_s"));
  const auto person = lectern({"bench", kModel, "--input-len", "16", "--output-len", "2", "--requests", "1"});
  EXPECT_THAT(person.out, HasSubstr("first token"));
}

TEST_F(ModelCommandTest, InspectTellsWhatACheckpointHolds) {
  const auto result = lectern({"inspect", kModel});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("llama"));
}

}  // namespace
}  // namespace lectern::test
