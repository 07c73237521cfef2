// Errors of the public API: each says what failed, why, and what to do about it.
#pragma once

#include <stdexcept>
#include <string>

namespace lectern {

enum class ErrorCode {
  kInvalidArgument,  // the caller asked for something that makes no sense
  kNotFound,         // a file, model or library that does not exist
  kUnsupported,      // well-formed, but not something that Lectern can do
  kCorrupt,          // bytes that break their format's rules
  kVersion,          // written by a newer Lectern, or for another machine
  kIo,               // the operating system refused a read or a write
  kOutOfMemory,      // a budget or the machine's memory is too small
  kTooLong,          // an input longer than the model's context
  kCancelled,        // stopped on request
  kBusy,             // somebody else holds it (a library's writer, a full queue)
  kInternal,         // a bug in Lectern
};

/// The one exception type that Lectern throws. `what()` is a sentence for a person.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace lectern
