#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/session.h"
#include "cli/statistic.h"
#include "lectern/error.h"

namespace lectern::cli {
namespace {

struct BenchCommand {
  SharedOptions shared;
  int input_length = 512, output_length = 128, concurrency = 1, requests = 8;
  std::uint64_t seed = 1;
};

using Clock = std::chrono::steady_clock;

// Of the request before all others, at most: a step's worth, however long those that count.
constexpr int kWarmUpTokens = 512;

struct Sample {
  double ttft_ms, tpot_ms, latency_ms;
  TokenTimes times;  // since the run began
};

/// Clients that each send their next request when the last one is done.
class Run {
 public:
  Run(Engine& engine, const BenchCommand& command) : engine_(engine), command_(command), random_(command.seed) {}

  /// Throws what the first request that failed threw.
  void go(ProgressBar& bar) {
    // Pages of the weights are read, threads are awake.
    send(random_prompt(std::min(command_.input_length, kWarmUpTokens)),
         std::min(command_.output_length, kWarmUpTokens));
    start_ = Clock::now();
    {
      std::vector<std::jthread> clients;
      const int at_once = std::min(command_.concurrency, command_.requests);
      for (int i = 0; i < at_once; ++i) clients.emplace_back([&] { client(bar); });
    }
    seconds_ = since_start(Clock::now());
    if (failure_) std::rethrow_exception(failure_);
  }

  BenchResult result() const {
    BenchResult result;
    result.ttft_ms = percentiles(column([](const Sample& s) { return s.ttft_ms; }));
    result.tpot_ms = percentiles(column([](const Sample& s) { return s.tpot_ms; }));
    result.latency_ms = percentiles(column([](const Sample& s) { return s.latency_ms; }));
    const double requests = command_.requests;
    result.input_tok_s = requests * command_.input_length / seconds_;
    result.output_tok_s = requests * command_.output_length / seconds_;
    if (command_.concurrency == 1) result.prefill_tok_s = command_.input_length * 1000.0 / result.ttft_ms.p50;
    std::vector<TokenTimes> times;
    for (const auto& sample : samples_) times.push_back(sample.times);
    result.decode_tok_s = decode_speed(times);
    result.model_bytes = engine_.info().weight_bytes;
    result.rss_bytes = resident_bytes();
    result.isa = engine_.info().isa;
    result.threads = engine_.threads();
    return result;
  }

 private:
  void client(ProgressBar& bar) try {
    for (;;) {
      std::vector<TokenId> prompt;
      {
        const std::lock_guard lock(mutex_);
        if (sent_ == command_.requests || failure_) return;
        ++sent_;
        prompt = random_prompt(command_.input_length);
      }
      const Sample sample = send(std::move(prompt), command_.output_length);
      const std::lock_guard lock(mutex_);
      samples_.push_back(sample);
      bar.update({.stage = "bench",
                  .unit = "requests",
                  .done = static_cast<std::int64_t>(samples_.size()),
                  .total = command_.requests,
                  .detail = {}});
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }

  std::vector<TokenId> random_prompt(int tokens) {
    std::uniform_int_distribution<TokenId> any(0, engine_.info().vocabulary_size - 1);
    std::vector<TokenId> prompt(static_cast<std::size_t>(tokens));
    for (auto& token : prompt) token = any(random_);
    return prompt;
  }

  Sample send(std::vector<TokenId> prompt, int output_tokens) {
    const auto times = std::make_shared<TokenTimes>();
    Request request;
    request.prompt = std::move(prompt);
    request.prefix_cache = false;
    request.draft = false;
    request.sampling.max_tokens = output_tokens;
    request.sampling.ignore_end = true;
    times->tokens.reserve(static_cast<std::size_t>(output_tokens));
    request.on_token = [this, times](TokenId, std::string_view) { times->tokens.push_back(since_start(Clock::now())); };
    const auto sent = Clock::now();
    times->sent = since_start(sent);
    const auto generation = engine_.submit(std::move(request));
    const Completion& done = generation->wait();
    const std::chrono::duration<double, std::milli> latency = Clock::now() - sent;
    return {done.ttft_ms, done.tpot_ms, latency.count(), *times};
  }

  double since_start(Clock::time_point time) const { return std::chrono::duration<double>(time - start_).count(); }

  template <typename F>
  std::vector<double> column(F&& f) const {
    std::vector<double> values;
    std::transform(samples_.begin(), samples_.end(), std::back_inserter(values), f);
    return values;
  }

  Engine& engine_;
  const BenchCommand& command_;
  std::mt19937_64 random_;
  Clock::time_point start_;
  double seconds_ = 0;
  std::mutex mutex_;
  int sent_ = 0;
  std::vector<Sample> samples_;
  std::exception_ptr failure_;
};

std::string row(std::string_view name, const Percentiles& values) {
  return fmt::format("{:<14}{:>10.1f}{:>10.1f}{:>10.1f}\n", name, values.p50, values.p90, values.p99);
}

std::string table(const BenchResult& result, const BenchCommand& command) {
  std::string text =
      fmt::format("{} requests, {} at a time: {} tokens in, {} out; {} threads, {} kernels\n\n", command.requests,
                  command.concurrency, command.input_length, command.output_length, result.threads, result.isa);
  text += fmt::format("{:<14}{:>10}{:>10}{:>10}\n", "ms", "p50", "p90", "p99");
  text +=
      row("first token", result.ttft_ms) + row("next token", result.tpot_ms) + row("whole answer", result.latency_ms);
  text += fmt::format("\nthroughput    {:>10.1f} tokens/s in, {:.1f} tokens/s out\n", result.input_tok_s,
                      result.output_tok_s);
  if (result.prefill_tok_s) text += fmt::format("prefill       {:>10.1f} tokens/s\n", *result.prefill_tok_s);
  text += fmt::format("decode        {:>10.1f} tokens/s\n", result.decode_tok_s);
  return text + fmt::format("memory        {:>10.1f} MiB, of which weights {:.1f} MiB\n",
                            static_cast<double>(result.rss_bytes) / (1 << 20),
                            static_cast<double>(result.model_bytes) / (1 << 20));
}

int run(const BenchCommand& command) {
  const auto engine = open_engine(command.shared.model, command.shared);
  Run benchmark(*engine, command);
  {
    ProgressBar bar(!command.shared.json);
    benchmark.go(bar);
  }
  const auto result = benchmark.result();
  print(command.shared.json ? to_json(result) + "\n" : table(result, command));
  return 0;
}

CLI::Option* add_count(CLI::App& command, const char* name, int& value, const char* help, int most = 10'000'000) {
  return command.add_option(name, value, help)->check(within(1, most))->type_name("N")->capture_default_str();
}

}  // namespace

void add_bench(CLI::App& app, Action& chosen) {
  auto command = std::make_shared<BenchCommand>();
  auto* sub = app.add_subcommand("bench", "Measure a model's speed on this machine");
  add_model_argument(*sub, command->shared);
  add_count(*sub, "--input-len", command->input_length, "Tokens of each prompt");
  add_count(*sub, "--output-len", command->output_length, "Tokens of each answer");
  add_count(*sub, "--concurrency", command->concurrency, "Requests under way at once", 4096);
  add_count(*sub, "--requests", command->requests, "Requests in all, after one to warm up");
  sub->add_option("--seed", command->seed, "Of the random tokens")->type_name("N")->capture_default_str();
  add_threads(*sub, command->shared);
  add_json(*sub, command->shared);
  sub->footer(
      "Prompts are random tokens, fresh for each request: nothing is reused from an earlier one, and answers go on "
      "past\n"
      "the model's end tokens.\n\n"
      "Example:\n"
      "  lectern bench model.gguf --input-len 512 --output-len 128 --concurrency 4 --requests 32");
  sub->callback([command, &chosen] { chosen = [command] { return run(*command); }; });
}

}  // namespace lectern::cli
