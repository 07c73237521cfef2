// Where a step's time goes: microseconds of each op, and the bandwidth at which its weights are read, beside what the
// same threads reach when they read memory and do nothing else.
//
//   step_profile MODEL [threads=2] [sequences=1] [context=128] [rows=1] [prefill=0] [steps=200]
//
// Each step has `rows` tokens of each sequence from position `context` on, and gives the logits of each, as when drafts
// are checked; or, with prefill=N, it has the first N tokens of each, and gives the last one's. Of an embedding model
// texts of N tokens are embedded.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/worker_pool.h"
#include "lectern/compile.h"
#include "runtime/cpu_executor.h"
#include "runtime/kv_plan.h"
#include "runtime/memory.h"
#include "runtime/model.h"

namespace lectern::runtime {
namespace {

struct Settings {
  std::string model;
  std::map<std::string, int> values = {{"threads", 2}, {"sequences", 1}, {"context", 128},
                                       {"rows", 1},    {"prefill", 0},   {"steps", 200}};
  int operator[](const std::string& name) const { return values.at(name); }
};

constexpr int kFilledAtOnce = 16;  // blocks

StepBatch make_batch(const Settings& settings, const KvPlan& plan, int context_length) {
  StepBatch batch(static_cast<int>(plan.groups.size()), plan.block_size, context_length);
  const bool prefill = settings["prefill"] > 0;
  const int sequences = settings["sequences"];
  for (int s = 0; s < sequences; ++s) {
    const int first = prefill ? 0 : settings["context"];
    const int end = prefill ? settings["prefill"] : first + settings["rows"];
    const int blocks = end / plan.block_size + 1;
    for (auto& group : batch.groups) {
      for (int b = 0; b < batch.table_width; ++b) group.block_tables.push_back(b < blocks ? s * blocks + b : -1);
    }
    for (int i = first; i < end; ++i) {
      batch.token_ids.push_back(i % 100);
      batch.positions.push_back(i);
      for (auto& group : batch.groups) group.slots.push_back(std::int64_t{s} * blocks * plan.block_size + i);
      const bool output = !plan.groups.empty() && (!prefill || i + 1 == end);
      if (output) batch.output_rows.push_back(batch.tokens() - 1);
    }
    batch.sequence_starts.push_back(batch.tokens());
  }
  return batch;
}

// Adds `block` with random tokens, as a sequence of its own.
void add_block(StepBatch& batch, int block, std::minstd_rand& random) {
  for (auto& group : batch.groups) {
    for (int b = 0; b < batch.table_width; ++b) group.block_tables.push_back(b == 0 ? block : -1);
  }
  for (int i = 0; i < batch.block_size; ++i) {
    batch.token_ids.push_back(static_cast<std::int32_t>(random() % 100));
    batch.positions.push_back(i);
    for (auto& group : batch.groups) group.slots.push_back(std::int64_t{block} * batch.block_size + i);
  }
  batch.sequence_starts.push_back(batch.tokens());
}

// Writes the blocks that the steps read: memory that was never written is one page of zeros, which no step would have
// to fetch.
void fill(CpuExecutor& executor, StepBatch batch, int blocks) {
  std::minstd_rand random;
  for (int begin = 0; begin < blocks; begin += kFilledAtOnce) {
    batch.clear();
    for (int b = begin; b < std::min(blocks, begin + kFilledAtOnce); ++b) add_block(batch, b, random);
    executor.forward(batch);
  }
}

double read_bandwidth(WorkerPool& pool) {
  const std::size_t words = std::size_t{64} << 20;  // 512 MiB: beyond any cache
  const Arena arena(words * sizeof(std::uint64_t));
  auto* data = reinterpret_cast<std::uint64_t*>(arena.data());
  std::fill_n(data, words, 1);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(pool.size()) * 8);
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const auto began = std::chrono::steady_clock::now();
    pool.run([&](Team& team) {
      const std::size_t begin =
          words / 8 * static_cast<std::size_t>(team.rank()) / static_cast<std::size_t>(team.size());
      const std::size_t end =
          words / 8 * static_cast<std::size_t>(team.rank() + 1) / static_cast<std::size_t>(team.size());
      std::uint64_t sum[8] = {};
      for (std::size_t i = begin; i < end; ++i) {
        __builtin_prefetch(data + 8 * i + 256);
        for (std::size_t j = 0; j < 8; ++j) sum[j] += data[8 * i + j];
      }
      for (std::size_t j = 1; j < 8; ++j) sum[0] += sum[j];
      sums[static_cast<std::size_t>(team.rank()) * 8] += sum[0];
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
    best = std::max(best, static_cast<double>(words * sizeof(std::uint64_t)) / seconds.count());
  }
  return best;
}

struct OpTotal {
  int calls = 0;
  double seconds = 0;
  double bytes = 0;  // of matrices
};

std::string shape_of(const formats::EngineHeader& header, const formats::KernelCall& call) {
  const auto& weight = header.weights[static_cast<std::size_t>(call.weights[0])];
  return fmt::format("{} x {} {}", weight.rows, weight.columns, name(weight.type));
}

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void print_profile(const formats::EngineHeader& header, const std::vector<double>& seconds) {
  std::map<std::string, OpTotal> totals;
  for (std::size_t i = 0; i < header.program.size(); ++i) {
    const auto& call = header.program[i];
    OpTotal& total = totals[call.weights.empty() ? call.op : fmt::format("{} {}", call.op, shape_of(header, call))];
    ++total.calls;
    total.seconds += seconds[i];
    for (const int weight : call.weights) {
      if (weight < 0 || call.op == "embedding") continue;
      total.bytes += static_cast<double>(header.weights[static_cast<std::size_t>(weight)].bytes);
    }
  }
  fmt::print("{:<36}{:>7}{:>12}{:>12}{:>10}\n", "op", "calls", "us a step", "us a call", "GB/s");
  for (const auto& [name, total] : totals) {
    fmt::print("{:<36}{:>7}{:>12.1f}{:>12.2f}{:>10.1f}\n", name, total.calls, total.seconds * 1e6,
               total.seconds * 1e6 / total.calls, total.bytes / total.seconds * 1e-9);
  }
}

void profile(const Settings& settings) {
  const Model model(engine_for(settings.model));
  const auto& header = model.file.header();
  WorkerPool pool(settings["threads"]);
  const KvPlan plan = plan_kv(header, model.isa, {});
  const int rows = std::max(settings["sequences"] * std::max(settings["prefill"], settings["rows"]), kFilledAtOnce);
  const int tokens = std::max(rows, kFilledAtOnce * plan.block_size);
  CpuExecutor executor(model.file, {.tokens = tokens, .sequences = rows, .outputs = rows}, plan, pool);
  const StepBatch batch = make_batch(settings, plan, header.config.context_length);
  if (settings["prefill"] == 0) {
    fill(executor, batch, batch.sequences() * ((settings["context"] + settings["rows"]) / plan.block_size + 1));
  }
  const int steps = std::max(1, settings["steps"]);
  for (int i = 0; i < std::max(1, steps / 10); ++i) executor.forward(batch);
  std::vector<double> whole;
  std::vector<std::vector<double>> of_calls(header.program.size());
  for (int i = 0; i < steps; ++i) {
    whole.push_back(executor.forward(batch));
    std::vector<double> seconds(header.program.size());
    executor.forward_timed(batch, seconds);
    for (std::size_t call = 0; call < seconds.size(); ++call) of_calls[call].push_back(seconds[call]);
  }
  std::vector<double> seconds;
  for (auto& of_call : of_calls) seconds.push_back(median_of(of_call));
  const double median = median_of(whole);
  print_profile(header, seconds);
  std::set<int> read;  // whole: of an embedding's table a step reads a row a token
  for (const auto& call : header.program) {
    if (call.op != "embedding") read.insert(call.weights.begin(), call.weights.end());
  }
  read.erase(-1);
  double bytes = 0;
  for (const int weight : read) bytes += static_cast<double>(header.weights[static_cast<std::size_t>(weight)].bytes);
  const double bandwidth = read_bandwidth(pool);
  fmt::print(
      "\nstep {:.0f} us (median), {:.1f} tokens/s; weights at {:.1f} GB/s of {:.1f} that reading alone reaches\n",
      median * 1e6, batch.tokens() / median, bytes / median * 1e-9, bandwidth * 1e-9);
}

}  // namespace
}  // namespace lectern::runtime

int main(int argc, char** argv) {
  lectern::runtime::Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    const auto found = settings.values.find(argument.substr(0, equals));
    if (equals == std::string::npos) {
      settings.model = argument;
    } else if (found == settings.values.end()) {
      fmt::print(stderr, "no setting {}\n", argument);
      return 2;
    } else {
      found->second = std::max(0, std::atoi(argument.c_str() + equals + 1));
    }
  }
  if (settings.model.empty()) {
    fmt::print(stderr,
               "usage: step_profile MODEL [threads=2] [sequences=1] [context=128] [rows=1] [prefill=0] [steps=200]\n");
    return 2;
  }
  lectern::runtime::profile(settings);
  return 0;
}
