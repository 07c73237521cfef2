#include "library/inotify.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace lectern::library {
namespace {

// A file that is still being written is told of when it is closed; what stays open is found by a rescan.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

}  // namespace

Inotify::Inotify() : instance_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)), failure_(errno) {
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ >= 0) return;
  const int failure = errno;
  if (instance_ >= 0) ::close(instance_);
  throw std::system_error(failure, std::generic_category(), "eventfd");
}

Inotify::~Inotify() {
  if (instance_ >= 0) ::close(instance_);
  ::close(wake_);
}

int Inotify::add(const std::string& folder) {
  if (instance_ >= 0) return ::inotify_add_watch(instance_, folder.c_str(), kEvents);
  errno = failure_;
  return -1;
}

void Inotify::remove(int watch) {
  if (instance_ >= 0) ::inotify_rm_watch(instance_, watch);
}

std::vector<Inotify::Event> Inotify::wait(int milliseconds) {
  pollfd ready[] = {{wake_, POLLIN, 0}, {instance_, POLLIN, 0}};  // poll passes over a negative descriptor
  if (::poll(ready, 2, milliseconds) <= 0) return {};
  std::uint64_t ignored = 0;
  if (ready[0].revents != 0) static_cast<void>(!::read(wake_, &ignored, sizeof ignored));
  return ready[1].revents != 0 ? read_events() : std::vector<Event>();
}

std::vector<Inotify::Event> Inotify::read_events() const {
  std::vector<Event> out;
  alignas(inotify_event) char buffer[64 << 10];
  const ssize_t got = ::read(instance_, buffer, sizeof buffer);
  for (ssize_t at = 0; at < got;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
    out.push_back({event->wd, event->mask, event->len > 0 ? std::string(event->name) : std::string()});
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  return out;
}

void Inotify::wake() const {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
}

}  // namespace lectern::library
