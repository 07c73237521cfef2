// Who may ask: checked before a request's body is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/http_message.h"

namespace lectern::server {

struct GateOptions {
  std::string api_key;                    // empty: none is needed
  std::vector<std::string> hosts;         // names that requests may be addressed to, beside localhost and addresses
  std::vector<std::string> origins = {};  // sites whose pages may ask: "https://notes.example"; "*" is any
};

/// A web page may send requests to any address, but neither choose the Host header (rebinding makes its own name lead
/// here) nor hide where it comes from.
class Gate {
 public:
  explicit Gate(const GateOptions& options);

  /// Throws ApiError: 400 (Host is missing, doubled or malformed), 421 (another name), 403 (from another site's page),
  /// 401 (a key that is missing or wrong).
  void check_origin(const HttpRequest& request) const;
  void check_key(const HttpRequest& request) const;

  /// With which a browser lets a page of another site read the answer: none but where `check_origin` let that ask.
  HttpHeaders answer_headers(const HttpRequest& request) const;
  /// Whether it is a browser's own question, for such a page, whether that may ask.
  bool is_preflight(const HttpRequest& request) const;

 private:
  bool is_named_origin(const std::string& origin) const;
  bool is_own_name(std::string_view host) const;

  std::vector<std::string> hosts_, origins_;
  std::string key_hash_;
};

/// The answer to such a question.
HttpResponse preflight_answer();

/// Whether an address is this machine's alone; "localhost" is.
bool is_loopback(std::string_view address);
/// Whether it is an IP address.
bool is_address(const std::string& text);

/// What is wrong with what should be a site's origin, in words; empty: nothing.
std::string problem_of_origin(std::string_view origin);

}  // namespace lectern::server
