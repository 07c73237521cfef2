// A program of others that reads a document for us: a process of its own, in a sandbox of its own.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "library/extract/sandbox.h"

namespace lectern::library {

struct ToolCommand {
  const char* program;                     // an absolute path
  std::span<const char* const> arguments;  // without its name
  std::span<const char* const> readable;   // files and folders of its own
};

/// Started before this process closes its own sandbox: nothing can be started afterwards. Its standard input is ours,
/// so that "/proc/self/fd/0" is the document; it ends when we do.
class Tool {
 public:
  Tool(const ToolCommand& command, const SandboxLimits& limits);  // throws ExtractFailure
  ~Tool();
  Tool(const Tool&) = delete;

  /// All that it writes, at most `most` bytes, until it ends. Throws ExtractFailure where it fails.
  std::string output(std::size_t most);

 private:
  std::string name_;
  pid_t process_ = -1;
  int output_ = -1, message_ = -1;  // pipes
};

}  // namespace lectern::library
