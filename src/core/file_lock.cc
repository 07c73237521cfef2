#include "core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern {
namespace {

using Clock = std::chrono::steady_clock;

// A holder that was killed while it started a process leaves its lock to that process, until it has started.
constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(10);

}  // namespace

FileLock::FileLock(const std::filesystem::path& file, const std::string& taken) {
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw Error(ErrorCode::kIo,
                quoted(file) + " cannot be made: " + std::strerror(errno) + ". Check that its folder may be written.");
  }
  const auto deadline = Clock::now() + kPatience;
  int error = 0;
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    error = errno;
    if (error != EWOULDBLOCK || Clock::now() > deadline) break;
    error = 0;
    std::this_thread::sleep_for(kPause);
  }
  if (error == 0) return;
  ::close(descriptor_);
  if (error == EWOULDBLOCK) throw Error(ErrorCode::kBusy, taken);
  throw Error(ErrorCode::kIo, quoted(file) + " cannot be locked: " + std::strerror(error) + ".");
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace lectern
