#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/question.h"
#include "cli/session.h"
#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

struct PerplexityCommand {
  SharedOptions shared;
  std::string file;
};

constexpr std::size_t kWindow = 512;  // tokens, the start token included

double log_probability(std::span<const float> logits, TokenId token) {
  const float most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return logits[static_cast<std::size_t>(token)] - most - std::log(sum);
}

// Sum of the negative logarithms of each token's probability, the first token's left out.
double surprise(Engine& engine, std::vector<TokenId> window) {
  const auto sum = std::make_shared<double>(0);
  Request request;
  request.prompt = window;
  request.prefix_cache = false;
  request.sampling.max_tokens = 1;
  request.on_prompt_logits = [sum, window = std::move(window)](int position, std::span<const float> logits) {
    const auto next = static_cast<std::size_t>(position) + 1;
    if (next < window.size()) *sum -= log_probability(logits, window[next]);
  };
  engine.submit(std::move(request))->wait();
  return *sum;
}

std::vector<std::vector<TokenId>> windows_of(const std::vector<TokenId>& tokens, TokenId start) {
  std::vector<std::vector<TokenId>> windows;
  const std::size_t step = start >= 0 ? kWindow - 1 : kWindow;
  for (std::size_t begin = 0; begin < tokens.size(); begin += step) {
    auto& window = windows.emplace_back();
    if (start >= 0) window.push_back(start);
    const std::size_t end = std::min(tokens.size(), begin + step);
    window.insert(window.end(), tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                  tokens.begin() + static_cast<std::ptrdiff_t>(end));
    if (window.size() < 2) windows.pop_back();
  }
  return windows;
}

int run(const PerplexityCommand& command) {
  const std::string text = to_valid_utf8(read_text(command.file));
  const auto engine = open_engine(command.shared.model, command.shared);
  const auto& tokenizer = engine->tokenizer();
  const auto tokens = tokenizer.encode(text, {.add_special_tokens = false, .parse_special_tokens = false});
  const auto windows = windows_of(tokens, tokenizer.bos());
  if (windows.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                lectern::quoted(command.file) + " is too short: nothing in it can be predicted from what is before.");
  }
  double sum = 0;
  std::int64_t scored = 0;
  {
    ProgressBar bar(!command.shared.json);
    for (const auto& window : windows) {
      sum += surprise(*engine, window);
      scored += static_cast<std::int64_t>(window.size()) - 1;
      bar.update({.stage = "score",
                  .unit = "tokens",
                  .done = scored,
                  .total = static_cast<std::int64_t>(tokens.size()),
                  .detail = {}});
    }
  }
  const double perplexity = std::exp(sum / static_cast<double>(scored));
  print(command.shared.json ? perplexity_to_json(perplexity, scored) + "\n"
                            : fmt::format("perplexity {:.4f} over {} tokens\n", perplexity, grouped(scored)));
  return 0;
}

}  // namespace

void add_perplexity(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<PerplexityCommand>();
  auto* sub = app.add_subcommand("perplexity", "Measure how well a model predicts a text");
  add_model_argument(*sub, command->shared);
  sub->add_option("FILE", command->file, "The text")->required();
  add_threads(*sub, command->shared);
  add_json(*sub, command->shared);
  sub->footer(
      "The text is read in windows of 512 tokens, each with the model's start token where it has one; every token "
      "after\n"
      "the first of its window counts. Lower is better.\n\n"
      "Example:\n"
      "  lectern perplexity model.gguf book.txt");
  sub->callback([command, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
