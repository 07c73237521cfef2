#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/sanitizer.h"

namespace lectern::test {
namespace {

constexpr int kPatienceMs = kSanitizer ? 300'000 : 60'000;

[[noreturn]] void become(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  for (const auto& [name, value] : options.environment) {
    if (value.empty())
      ::unsetenv(name.c_str());
    else
      ::setenv(name.c_str(), value.c_str(), 1);
  }
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

int exit_status(pid_t process) {
  int status = 0;
  if (::waitpid(process, &status, 0) != process) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void redirect(const std::string& file, int flags, int descriptor) {
  const int opened = ::open(file.c_str(), flags, 0600);
  if (opened < 0 || ::dup2(opened, descriptor) < 0) ::_exit(125);
  ::close(opened);
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  const TemporaryFolder folder;
  const auto in = (folder.path() / "in").native(), err = (folder.path() / "err").native();
  const auto out = options.out_file.empty() ? (folder.path() / "out").native() : options.out_file;
  std::ofstream(in, std::ios::binary) << options.input;
  const pid_t process = ::fork();
  if (process < 0) throw std::runtime_error("fork failed");
  if (process == 0) {
    redirect(in, O_RDONLY, STDIN_FILENO);
    redirect(out, O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect(err, O_WRONLY | O_CREAT, STDERR_FILENO);
    become(arguments, options);
  }
  ProcessResult result;
  result.status = exit_status(process);
  if (options.out_file.empty()) result.out = contents(out);
  result.err = contents(err);
  return result;
}

TerminalProcess::TerminalProcess(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  const winsize size{.ws_row = 40, .ws_col = 120, .ws_xpixel = 0, .ws_ypixel = 0};
  process_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  if (process_ < 0) throw std::runtime_error("forkpty failed");
  if (process_ == 0) become(arguments, options);
}

TerminalProcess::~TerminalProcess() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    exit_status(process_);
  }
  ::close(terminal_);
}

void TerminalProcess::type(std::string_view keys) {
  while (!keys.empty()) {
    const auto written = ::write(terminal_, keys.data(), keys.size());
    if (written <= 0) throw std::runtime_error("the terminal takes no keys");
    keys.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool TerminalProcess::read_more(int milliseconds) {
  pollfd ready{.fd = terminal_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, milliseconds) <= 0) return false;
  char piece[4096];
  const auto got = ::read(terminal_, piece, sizeof piece);
  if (got <= 0) return false;
  screen_.append(piece, static_cast<std::size_t>(got));
  return true;
}

bool TerminalProcess::sees(std::string_view text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  for (;;) {
    if (const auto at = screen_.find(text, seen_); at != std::string::npos) {
      seen_ = at + text.size();
      return true;
    }
    if (std::chrono::steady_clock::now() > end || !read_more(kPatienceMs)) return false;
  }
}

int TerminalProcess::wait() {
  while (read_more(kPatienceMs)) {
  }
  const int status = exit_status(process_);
  process_ = -1;
  return status;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "lectern-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace lectern::test
