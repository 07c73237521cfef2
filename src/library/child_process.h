// Runs another program to its end, believing nothing about how it ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace lectern::library {

struct ChildOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;                   // [0] is its name
  std::optional<std::vector<std::string>> environment;  // "NAME=VALUE"; absent: this process's own
  int input = -1;                                       // its standard input; -1: nothing to read
  double wall_seconds = 60;
  std::size_t output_bytes = 0;  // of its standard output at most
  std::int64_t file_bytes = 0;   // of a file that it writes at most; 0: as the system allows
};

struct ChildResult {
  enum class End { kExited, kSignalled, kOutOfTime, kTooMuchOutput };
  End end = End::kExited;
  int code = 0;  // exit status, or the signal
  std::vector<std::byte> output;
  std::string said;  // the last 4 KiB of its standard error

  bool succeeded() const { return end == End::kExited && code == 0; }
};

/// The child leads a process group of its own, which is killed when time, output or `stop` say so.
/// Throws Error: kCancelled, kIo (it cannot be started).
ChildResult run_child(const ChildOptions& options, const std::stop_token& stop);

}  // namespace lectern::library
