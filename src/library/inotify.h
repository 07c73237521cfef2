// The kernel's notices of what happens in folders.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lectern::library {

/// One instance of inotify. Not synchronized, but for `wake`.
class Inotify {
 public:
  struct Event {
    int watch = -1;      // which folder; -1 for an overflow
    std::uint32_t what;  // IN_CREATE | IN_ISDIR | …
    std::string name;    // in that folder; empty where it is about the folder itself
  };

  /// Where the kernel gives no instance, `failure` says why and every `add` fails with it.
  Inotify();
  ~Inotify();
  Inotify(const Inotify&) = delete;

  /// The number of the watch, the same one for the same folder; else -1, and errno says why.
  int add(const std::string& folder);
  void remove(int watch);

  /// Waits for events, no longer than `milliseconds` (-1: for ever) and no longer than until `wake`.
  std::vector<Event> wait(int milliseconds);
  /// From any thread.
  void wake() const;

 private:
  std::vector<Event> read_events() const;

  int instance_ = -1, wake_ = -1;
  int failure_ = 0;  // errno
};

}  // namespace lectern::library
