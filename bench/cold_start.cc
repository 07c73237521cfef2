// The time from a process's start to the first token of a 20-token prompt, with the engine compiled before, and the
// memory that the process then has while it decodes.
//
//   cold_start MODEL [ROUNDS]
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "lectern/compile.h"
#include "lectern/engine.h"

namespace lectern {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPromptTokens = 20;
constexpr int kGeneratedTokens = 100;

double milliseconds_since(std::int64_t began) {
  return static_cast<double>(Clock::now().time_since_epoch().count() - began) * 1e-6;
}

double resident_mib() {
  std::size_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// In the new process; `began` is when its parent started it.
void generate(const char* model, std::int64_t began) {
  const double started = milliseconds_since(began);
  const auto file = engine_for(model);
  const double found = milliseconds_since(began);
  const auto engine = load_engine(file, {});
  const double loaded = milliseconds_since(began);
  Request request;
  request.prompt = engine->tokenizer().encode(
      "The lighthouse keeper climbed the stairs every evening, wound the clockwork and lit the lamp before the ships "
      "came "
      "in from the open sea.");
  request.prompt.resize(kPromptTokens);
  request.sampling.max_tokens = kGeneratedTokens;
  request.sampling.ignore_end = true;
  double first = 0, resident = 0;
  request.on_token = [&](TokenId, std::string_view) {
    if (first == 0) first = milliseconds_since(began);
    resident = resident_mib();
  };
  engine->submit(std::move(request))->wait();
  fmt::print(
      "first token after {:.1f} ms: main at {:.1f}, engine found at {:.1f}, loaded at {:.1f}; {:.1f} MiB resident, "
      "engine file {:.1f} MiB\n",
      first, started, found, loaded, resident, static_cast<double>(std::filesystem::file_size(file)) / (1 << 20));
}

int run_child(char** argv) {
  const auto began = std::to_string(Clock::now().time_since_epoch().count());
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/proc/self/exe", argv[0], argv[1], "--child", began.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace
}  // namespace lectern

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[2]) == "--child") {
    lectern::generate(argv[1], std::atoll(argv[3]));
    return 0;
  }
  if (argc < 2) {
    fmt::print(stderr, "usage: cold_start MODEL [ROUNDS]\n");
    return 2;
  }
  lectern::engine_for(argv[1]);
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  for (int i = 0; i < rounds; ++i) {
    if (lectern::run_child(argv) != 0) return 1;
  }
  return 0;
}
