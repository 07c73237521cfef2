// What drafting makes of a decoder's speed: prompts from a file, one a line, each answered with and without.
// usage: drafting_benchmark MODEL PROMPTS [OUTPUT_TOKENS [ROUNDS]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "lectern/compile.h"
#include "lectern/engine.h"

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Prompt {
  std::string text;
  lectern::Completion last[2];  // without, with
  std::vector<double> tpot_ms[2];
};

}  // namespace

int main(int count, char** arguments) try {
  if (count < 3) {
    std::fprintf(stderr, "usage: drafting_benchmark MODEL PROMPTS [OUTPUT_TOKENS [ROUNDS]]\n");
    return 2;
  }
  const int output = count > 3 ? std::atoi(arguments[3]) : 96, rounds = count > 4 ? std::atoi(arguments[4]) : 3;
  const auto engine = lectern::load_engine(lectern::engine_for(arguments[1]));
  const auto& tokenizer = engine->tokenizer();
  std::vector<Prompt> prompts;
  std::ifstream file(arguments[2]);
  for (std::string line; std::getline(file, line);) prompts.push_back({line, {}, {}});
  for (int round = 0; round < rounds; ++round) {
    for (auto& prompt : prompts) {
      for (const int turn : {0, 1}) {
        const int way = (turn + round) % 2;
        lectern::Request request;
        request.prompt =
            tokenizer.encode(tokenizer.apply_chat_template(std::vector<lectern::Message>{{"user", prompt.text}}));
        request.sampling.max_tokens = output;
        request.draft = way == 1;
        prompt.last[way] = engine->submit(std::move(request))->wait();
        prompt.tpot_ms[way].push_back(prompt.last[way].tpot_ms);
      }
    }
  }
  double sums[2] = {};
  std::printf("%7s %7s %7s %9s %9s %6s\n", "tokens", "guessed", "right", "without", "with", "ratio");
  for (auto& prompt : prompts) {
    const double without = median(prompt.tpot_ms[0]), with = median(prompt.tpot_ms[1]);
    sums[0] += without;
    sums[1] += with;
    const auto& drafted = prompt.last[1];
    std::printf("%7zu %7d %7d %9.2f %9.2f %6.3f  %s%.50s\n", drafted.tokens.size(), drafted.drafted_tokens,
                drafted.accepted_tokens, without, with, without / with,
                drafted.tokens == prompt.last[0].tokens ? "" : "OTHER TOKENS: ", prompt.text.c_str());
  }
  std::printf("mean TPOT: %.3f x\n", sums[0] / sums[1]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
