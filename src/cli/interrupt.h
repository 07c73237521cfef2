// Ctrl-C that stops one piece of work and not the program.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace lectern::cli {

/// While it lives, the first Ctrl-C requests a stop; another one, should that take long, ends the program. One at a
/// time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::jthread watcher_;
};

}  // namespace lectern::cli
