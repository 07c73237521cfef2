#include "library/extractor.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"
#include "library/document_types.h"
#include "library/extract/records.h"
#include "library/extract/worker_status.h"

namespace lectern::library {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxOutput = std::size_t{1} << 30;  // a text of 256 MiB with its word boxes
constexpr std::size_t kMaxMessage = 4096;                 // of its standard error
// A worker waits for nothing, but it may have to share its core with an embedding engine and others.
constexpr double kWallPerCpuSecond = 4;

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
      throw Error(ErrorCode::kIo, std::string("A pipe to the document reader cannot be made: ") + std::strerror(errno) +
                                      ". Too many files may be open.");
    }
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
};

pid_t spawn(const std::filesystem::path& worker, std::vector<std::string> arguments, const int (&standard)[3]) {
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
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  char locale[] = "LC_ALL=C.UTF-8";
  char sanitizer[] = "ASAN_OPTIONS=detect_leaks=0";
  char threads[] = "OMP_THREAD_LIMIT=1";  // of tesseract: its process may start none
  char* environment[] = {locale, sanitizer, threads, nullptr};
  pid_t process = -1;
  const int error = posix_spawn(&process, worker.c_str(), &actions, &attributes, pointers.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    throw Error(ErrorCode::kIo, quoted(worker) + " cannot be started: " + std::strerror(error) + ".");
  }
  return process;
}

std::string amount(double seconds) {
  return std::to_string(static_cast<long>(std::lround(std::max(seconds, 1.0)))) + " s";
}

std::string amount(std::int64_t bytes) {
  const std::int64_t mebibytes = std::max<std::int64_t>(bytes >> 20, 1);
  return mebibytes % 1024 == 0 ? std::to_string(mebibytes / 1024) + " GiB" : std::to_string(mebibytes) + " MiB";
}

std::string reader_name(std::string_view type) {
  const DocumentType* known = find_document_type(type);
  return std::string(known == nullptr ? type : known->reader) + " reader";
}

// One worker at work.
class Worker {
 public:
  Worker(const std::filesystem::path& program, int descriptor, const std::string& type, const ExtractLimits& limits)
      : type_(type), limits_(limits) {
    const auto seconds = static_cast<long>(std::ceil(std::max(limits.cpu_seconds, 1.0)));
    const int standard[3] = {descriptor, output_.write.get(), message_.write.get()};
    process_ = spawn(program, {"lectern-extract", type, std::to_string(limits.memory_bytes), std::to_string(seconds)},
                     standard);
    output_.write.close();
    message_.write.close();
  }
  ~Worker() {
    if (process_ > 0) finish(true);
  }
  Worker(const Worker&) = delete;

  // The failure, empty where all went well.
  std::string run(const std::stop_token& stop) {
    const auto deadline = Clock::now() + std::chrono::duration<double>(kWallPerCpuSecond * limits_.cpu_seconds + 5);
    while (output_.read.get() >= 0 || message_.read.get() >= 0) {
      if (stop.stop_requested()) throw Error(ErrorCode::kCancelled, "Reading was stopped on request.");
      if (Clock::now() > deadline) {
        finish(true);
        return "took more than " + amount(kWallPerCpuSecond * limits_.cpu_seconds) + " to read";
      }
      if (!receive()) {
        finish(true);
        reached_its_limits_ = true;
        return "gave more than " + amount(static_cast<std::int64_t>(kMaxOutput)) + " of text and word positions";
      }
    }
    const int status = finish(false);
    reached_its_limits_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU;
    return verdict(status);
  }

  const std::vector<std::byte>& bytes() const { return bytes_; }
  // Of time or output: the same document would reach them again. Want of memory may be the machine's.
  bool reached_its_limits() const { return reached_its_limits_; }
  bool found_no_text_layer() const { return no_text_layer_; }
  bool misses_a_tool() const { return missing_tool_; }

 private:
  // Waits a little for what comes; false where it is too much.
  bool receive() {
    pollfd polled[2] = {{output_.read.get(), POLLIN, 0}, {message_.read.get(), POLLIN, 0}};
    if (::poll(polled, 2, 100) <= 0) return true;
    if (polled[0].revents != 0 && !read_some(output_.read, bytes_)) return bytes_.size() <= kMaxOutput;
    if (polled[1].revents != 0) {
      std::vector<std::byte> text;
      read_some(message_.read, text);
      said_.append(reinterpret_cast<const char*>(text.data()), text.size());
      if (said_.size() > kMaxMessage) said_.erase(0, said_.size() - kMaxMessage);
    }
    return bytes_.size() <= kMaxOutput;
  }

  // Closes the pipe at its end, with false.
  static bool read_some(Descriptor& pipe, std::vector<std::byte>& out) {
    constexpr std::size_t kPiece = 65536;
    const std::size_t before = out.size();
    out.resize(before + kPiece);
    const ssize_t got = ::read(pipe.get(), out.data() + before, kPiece);
    out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0 || (got < 0 && errno == EINTR)) return true;
    pipe.close();
    return false;
  }

  int finish(bool kill) {
    if (kill) ::kill(process_, SIGKILL);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
  }

  std::string verdict(int status) {
    const std::string memory = "needed more than " + amount(limits_.memory_bytes) + " of memory to read";
    if (said_.find("ut of memory") != std::string::npos) return memory;  // poppler's own last words
    if (WIFSIGNALED(status)) {
      const int signal = WTERMSIG(status);
      if (signal == SIGXCPU) return "took more than " + amount(limits_.cpu_seconds) + " to read";
      if (signal == SIGKILL) return "could not be read: its reader was killed, perhaps for want of memory";
      return "could not be read: the " + reader_name(type_) + " crashed (signal " + std::to_string(signal) + ")";
    }
    switch (WEXITSTATUS(status)) {
      case kWorkerNoTextLayer:
        no_text_layer_ = true;
        return "has no text layer";
      case kWorkerMissingTool:
        missing_tool_ = true;
        return "";
      case kWorkerDone:
        return "";
      case kWorkerOutOfMemory:
        return memory;
      default:
        return "could not be read: the " + reader_name(type_) + " failed (" + last_line() + ")";
    }
  }

  std::string last_line() const {
    std::string_view text = said_;
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    text.remove_prefix(text.rfind('\n') + 1);
    return text.empty() ? "without a word" : to_valid_utf8(text.substr(0, 200));
  }

  const std::string& type_;
  const ExtractLimits& limits_;
  Pipe output_, message_;
  pid_t process_ = -1;
  bool reached_its_limits_ = false;
  std::vector<std::byte> bytes_;
  std::string said_;
  bool no_text_layer_ = false, missing_tool_ = false;
};

std::filesystem::path find_worker() {
  if (const char* named = std::getenv("LECTERN_EXTRACTOR"); named != nullptr && *named != '\0') return named;
  const auto here = executable_directory();
  for (const auto& folder : {here, here.parent_path() / "bin", here.parent_path() / "libexec"}) {
    if (auto worker = folder / "lectern-extract"; ::access(worker.c_str(), X_OK) == 0) return worker;
  }
  throw Error(ErrorCode::kNotFound, "The document reader lectern-extract is missing: it should stand in " +
                                        quoted(here) + ". Build it, or name it in LECTERN_EXTRACTOR.");
}

}  // namespace

Extractor::Extractor() : worker_(find_worker()) {}

Extraction Extractor::extract(int descriptor, const std::string& type, const ExtractLimits& limits,
                              std::stop_token stop) const {
  Worker worker(worker_, descriptor, type, limits);
  Extraction out;
  out.failure = worker.run(stop);
  if (worker.found_no_text_layer() && type != kScanType && ::lseek(descriptor, 0, SEEK_SET) == 0) {
    return extract(descriptor, kScanType, {limits.scan_seconds, limits.memory_bytes, limits.scan_seconds}, stop);
  }
  out.try_again = !out.failure.empty() && !worker.reached_its_limits();
  if (!out.failure.empty()) return out;
  try {
    ExtractedRecords records = read_records(worker.bytes());
    out.document = std::move(records.document);
    out.failure = std::move(records.failure);
    out.try_again = worker.misses_a_tool();
  } catch (const Error& error) {
    out.failure = std::string("could not be read: ") + error.what();
    out.try_again = true;
  }
  return out;
}

}  // namespace lectern::library
