// Who may ask: checked before a request's body is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/http_message.h"

namespace lectern::server {

struct GateOptions {
  std::string api_key;             // empty: none is needed
  std::vector<std::string> hosts;  // names that requests may be addressed to, beside localhost and addresses
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

 private:
  bool is_own_name(std::string_view host) const;

  std::vector<std::string> hosts_;
  std::string key_hash_;
};

/// Whether an address is this machine's alone.
bool is_loopback(std::string_view address);

}  // namespace lectern::server
