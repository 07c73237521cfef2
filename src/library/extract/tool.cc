#include "library/extract/tool.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <vector>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/text_builder.h"

namespace lectern::library {
namespace {

constexpr int kNotConfined = 126;
constexpr std::size_t kMaxMessage = 300;

// In the new process; does not return.
[[noreturn]] void become(const ToolCommand& command, const SandboxLimits& limits, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNotConfined);  // it went before that
  std::vector<char*> arguments = {const_cast<char*>(command.program)};
  for (const char* argument : command.arguments) arguments.push_back(const_cast<char*>(argument));
  arguments.push_back(nullptr);
  char locale[] = "LC_ALL=C.UTF-8", home[] = "HOME=/nonexistent";
  char* environment[] = {locale, home, nullptr};
  try {
    enter_tool_sandbox(limits, command.program, command.readable);
    ::execve(command.program, arguments.data(), environment);
    std::fprintf(stderr, "it cannot be started (%s)\n", std::strerror(errno));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  ::_exit(kNotConfined);
}

// All that comes; where that is more than `most`, the beginning of it.
std::string read_all(int pipe, std::size_t most) {
  std::string out;
  char buffer[65536];
  while (out.size() <= most) {
    const ssize_t got = ::read(pipe, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  return out;
}

}  // namespace

Tool::Tool(const ToolCommand& command, const SandboxLimits& limits) : name_(command.program) {
  name_.erase(0, name_.rfind('/') + 1);
  int output[2], message[2];
  if (::pipe2(output, O_CLOEXEC) != 0 || ::pipe2(message, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw ExtractFailure("could not be read: " + name_ + " cannot be started");
  }
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(message[1], STDERR_FILENO);  // what does not fit is lost: nobody waits for it
    become(command, limits, parent);
  }
  ::close(output[1]);
  ::close(message[1]);
  output_ = output[0];
  message_ = message[0];
  if (process_ < 0) throw ExtractFailure("could not be read: " + name_ + " cannot be started");
}

Tool::~Tool() {
  ::close(output_);
  ::close(message_);
}

std::string Tool::output(std::size_t most) {
  std::string out = read_all(output_, most);
  if (out.size() > most) throw ExtractFailure("holds more than " + std::to_string(most >> 20) + " MiB of text");
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    throw ExtractFailure(WTERMSIG(status) == SIGXCPU ? "took too long to read: " + name_ + " was stopped"
                                                     : "could not be read: " + name_ + " crashed");
  }
  if (WEXITSTATUS(status) != 0) {
    std::string said = clean_text(read_all(message_, kMaxMessage)).substr(0, kMaxMessage);
    said = one_line(said.substr(0, said.find('\n')));
    throw ExtractFailure("could not be read: " + name_ + " says: " + (said.empty() ? "nothing" : said));
  }
  return out;
}

}  // namespace lectern::library
