// One HTTP request for a file, over libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "hub/response_head.h"

namespace lectern::hub {

struct HttpGet {
  std::string address;
  std::string token;        // for "Authorization: Bearer"; empty: none
  std::int64_t offset = 0;  // asks for the bytes from there on
  std::string if_range;     // an ETag: they are wanted only of the same file
  std::chrono::seconds connect_time{30};
  std::chrono::seconds stall_time{60};  // after which a transfer that brings nothing is ended
  std::stop_token stop = {};
  /// Called with the head of a 200 or 206, before its body. What it throws ends the transfer, and is thrown on.
  std::function<void(const ResponseHead&)> on_head;
  /// Called with each piece of that body; likewise.
  std::function<void(std::string_view)> on_body;
};

struct HttpResult {
  ResponseHead head;
  std::string failure;  // why it broke off, for a person; empty where it ended well
};

/// Follows no redirect. The proxy variables of curl (https_proxy, no_proxy) hold. Throws Error kCancelled.
HttpResult perform(const HttpGet& request);

}  // namespace lectern::hub
