// What the server refused, in its log.
#pragma once

#include <chrono>
#include <cstdint>

#include "server/api_error.h"
#include "server/http_message.h"

namespace lectern::server {

/// How many lines may be written: some at once, then some a second.
class LineBudget {
 public:
  using Clock = std::chrono::steady_clock;

  LineBudget(double at_once, double per_second) : at_once_(at_once), per_second_(per_second), left_(at_once) {}

  /// Whether there is one more.
  bool take(Clock::time_point now);
  /// How many there were none for since this was asked last.
  std::int64_t take_left_out();

 private:
  double at_once_, per_second_, left_;
  Clock::time_point last_ = {};
  std::int64_t left_out_ = 0;
};

/// One line: "refused: 404 GET /v1/models/x of 127.0.0.1: …", with "failed" from 500 on. Where there are too many, they
/// are counted only, so that no client fills the disk. Of a body nothing is written, nor what a parameter has that is
/// called a key or the like.
void log_refusal(const HttpRequest& request, const ApiError& error);

}  // namespace lectern::server
