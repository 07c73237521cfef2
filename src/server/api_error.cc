#include "server/api_error.h"

#include <new>
#include <nlohmann/json.hpp>

#include "server/json_text.h"
#include "server/log.h"
#include "server/refusal_log.h"

namespace lectern::server {
namespace {

using Json = nlohmann::ordered_json;

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kUnsupported:
    case ErrorCode::kOutOfMemory:  // of the KV budget: this request never fits
    case ErrorCode::kTooLong:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kBusy:
      return 409;
    default:
      return 500;
  }
}

std::string code_of(ErrorCode code) {
  return code == ErrorCode::kTooLong || code == ErrorCode::kOutOfMemory ? "context_length_exceeded" : "";
}

std::string_view type_of(int status) {
  if (status == 401) return "authentication_error";
  if (status == 403 || status == 421) return "permission_error";
  if (status == 404) return "not_found_error";
  if (status == 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

// Of an exception's message nothing is seen beyond a NUL.
std::string without_nul(std::string text) {
  for (std::size_t at = 0; (at = text.find('\0', at)) != std::string::npos;) text.replace(at, 1, "\xef\xbf\xbd");
  return text;
}

}  // namespace

ApiError::ApiError(int status, std::string message, std::string parameter, std::string code, Headers headers)
    : std::runtime_error(without_nul(std::move(message))),
      status_(status),
      parameter_(std::move(parameter)),
      code_(std::move(code)),
      headers_(std::move(headers)) {}

ApiError current_api_error() {
  try {
    throw;
  } catch (const ApiError& error) {
    return error;
  } catch (const Error& error) {
    return {status_of(error.code()), error.what(), {}, code_of(error.code())};
  } catch (const std::bad_alloc&) {
    return {503, "The machine's memory is used up: try again later.", {}, "insufficient_memory"};
  } catch (const std::exception& error) {
    // What it says may be of no use to a client, and tell more than it should know.
    log(std::string("unexpected failure: ") + error.what());
    return {500, "An unexpected failure: the server's log says more."};
  }
}

void blame(const char* parameter, const std::function<void()>& f) {
  try {
    f();
  } catch (const Error&) {
    const ApiError error = current_api_error();
    if (error.status() != 400) throw;
    throw ApiError(400, error.what(), parameter, error.code());
  }
}

std::string to_json(const ApiError& error) {
  const Json json = {{"error",
                      {{"message", error.what()},
                       {"type", type_of(error.status())},
                       {"param", or_null(error.parameter())},
                       {"code", or_null(error.code())}}}};
  return dump(json);
}

HttpResponse to_response(const ApiError& error) {
  HttpResponse response{.status = error.status(), .body = to_json(error), .headers = error.headers()};
  if (error.status() == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (error.status() == 429 || error.status() == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

void answer_failures(const std::shared_ptr<Exchange>& exchange, const std::function<void()>& f) {
  try {
    f();
  } catch (...) {
    const ApiError error = current_api_error();
    log_refusal(exchange->request(), error);
    exchange->respond(to_response(error));
  }
}

}  // namespace lectern::server
