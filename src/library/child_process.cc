#include "library/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::library {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxMessage = 4096;  // of its standard error

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() { close(); }
  int get() const { return value_; }
  void close() {
    if (value_ >= 0) ::close(value_);
    value_ = -1;
  }

 private:
  int value_ = -1;
};

struct Pipe {
  Descriptor read, write;

  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      throw Error(ErrorCode::kIo, std::string("A pipe to another program cannot be made: ") + std::strerror(errno) +
                                      ". Too many files may be open.");
    }
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

pid_t spawn(const ChildOptions& options, const int (&standard)[3]) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, standard[i], i);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGXFSZ);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  auto arguments = options.arguments, environment = options.environment.value_or(std::vector<std::string>());
  pid_t process = -1;
  const int error = posix_spawn(&process, options.program.c_str(), &actions, &attributes, pointers_to(arguments).data(),
                                options.environment ? pointers_to(environment).data() : environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    throw Error(ErrorCode::kIo, quoted(options.program) + " cannot be started: " + std::strerror(error) + ".");
  }
  return process;
}

class Child {
 public:
  explicit Child(const ChildOptions& options) : options_(options) {
    Descriptor nothing;
    if (options.input < 0) nothing = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const int input = options.input < 0 ? nothing.get() : options.input;
    const int standard[3] = {input, output_.write.get(), message_.write.get()};
    process_ = spawn(options, standard);
    output_.write.close();
    message_.write.close();
    if (options.file_bytes > 0) {
      const auto most = static_cast<rlim_t>(options.file_bytes);
      const rlimit limit{most, most};
      ::prlimit(process_, RLIMIT_FSIZE, &limit, nullptr);
    }
  }
  ~Child() {
    if (process_ > 0) finish(true);
  }
  Child(const Child&) = delete;

  ChildResult run(const std::stop_token& stop) {
    const auto deadline = Clock::now() + std::chrono::duration<double>(options_.wall_seconds);
    while (output_.read.get() >= 0 || message_.read.get() >= 0) {
      if (stop.stop_requested()) throw Error(ErrorCode::kCancelled, "Reading was stopped on request.");
      if (Clock::now() > deadline) return killed(ChildResult::End::kOutOfTime);
      receive();
      if (result_.output.size() > options_.output_bytes) return killed(ChildResult::End::kTooMuchOutput);
    }
    const int status = finish(false);
    const bool exited = WIFEXITED(status);
    result_.end = exited ? ChildResult::End::kExited : ChildResult::End::kSignalled;
    result_.code = exited ? WEXITSTATUS(status) : WTERMSIG(status);
    return std::move(result_);
  }

 private:
  ChildResult killed(ChildResult::End why) {
    finish(true);
    result_.end = why;
    result_.code = SIGKILL;
    return std::move(result_);
  }

  // Waits a little for what comes.
  void receive() {
    pollfd polled[2] = {{output_.read.get(), POLLIN, 0}, {message_.read.get(), POLLIN, 0}};
    if (::poll(polled, 2, 100) <= 0) return;
    if (polled[0].revents != 0) read_some(output_.read, result_.output);
    if (polled[1].revents != 0) {
      std::vector<std::byte> text;
      read_some(message_.read, text);
      std::string& said = result_.said;
      said.append(reinterpret_cast<const char*>(text.data()), text.size());
      if (said.size() > kMaxMessage) said.erase(0, said.size() - kMaxMessage);
    }
  }

  // Closes the pipe at its end.
  static void read_some(Descriptor& pipe, std::vector<std::byte>& out) {
    constexpr std::size_t kPiece = 65536;
    const std::size_t before = out.size();
    out.resize(before + kPiece);
    const ssize_t got = ::read(pipe.get(), out.data() + before, kPiece);
    out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0 || (got < 0 && errno != EINTR)) pipe.close();
  }

  int finish(bool kill) {
    if (kill) ::kill(-process_, SIGKILL);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
  }

  const ChildOptions& options_;
  Pipe output_, message_;
  pid_t process_ = -1;
  ChildResult result_;
};

}  // namespace

ChildResult run_child(const ChildOptions& options, const std::stop_token& stop) { return Child(options).run(stop); }

}  // namespace lectern::library
