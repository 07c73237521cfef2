#include "cli/interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "lectern/error.h"

namespace lectern::cli {
namespace {

// A signal handler may do little more than write: a thread does the rest.
std::atomic<int> event = -1;
struct sigaction before;
constexpr std::uint64_t kLeave = 1ULL << 32;  // unlike any number of signals

void on_signal(int) {
  const int saved = errno;
  const std::uint64_t one = 1;
  if (::write(event, &one, sizeof one) < 0) std::_Exit(130);
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() {
  event = ::eventfd(0, EFD_CLOEXEC);
  if (event < 0) throw Error(ErrorCode::kIo, std::string("Ctrl-C cannot be caught: ") + std::strerror(errno) + ".");
  watcher_ = std::jthread([this] {
    std::uint64_t count = 0;
    while (::read(event, &count, sizeof count) == sizeof count && count < kLeave) {
      if (!stop_.request_stop()) std::_Exit(130);  // asked before
    }
  });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, &before);
}

Interrupt::~Interrupt() {
  ::sigaction(SIGINT, &before, nullptr);
  if (::write(event, &kLeave, sizeof kLeave) == sizeof kLeave) watcher_.join();
  ::close(event.exchange(-1));
}

}  // namespace lectern::cli
