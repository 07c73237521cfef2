// What the API refuses: OpenAI's shape of an error, and which HTTP status it has.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lectern/error.h"
#include "server/exchange.h"

namespace lectern::server {

class ApiError : public std::runtime_error {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// `parameter` is the field that is wrong, `code` a word for programs; either may be empty.
  ApiError(int status, std::string message, std::string parameter = {}, std::string code = {}, Headers headers = {});

  int status() const { return status_; }
  const std::string& parameter() const { return parameter_; }
  const std::string& code() const { return code_; }
  const Headers& headers() const { return headers_; }

 private:
  int status_;
  std::string parameter_, code_;
  Headers headers_;
};

/// The exception under way, whichever it is.
ApiError current_api_error();

/// Calls `f`; what it refuses for the client's fault without naming a parameter is the fault of that one.
void blame(const char* parameter, const std::function<void()>& f);

/// {"error":{"message","type","param","code"}}
std::string to_json(const ApiError& error);

HttpResponse to_response(const ApiError& error);

/// Calls `f`; what it throws is the answer, and logged.
void answer_failures(const std::shared_ptr<Exchange>& exchange, const std::function<void()>& f);

}  // namespace lectern::server
