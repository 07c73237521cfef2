// Requests of the server's API: the lines up to an empty one are path, Host, Origin and Authorization, the rest is a
// body for each of its parsers. What is refused is told in JSON that can be read back.
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/fuzzing.h"
#include "server/api_error.h"
#include "server/gate.h"
#include "server/generation_request.h"
#include "server/http_message.h"

namespace {

using namespace lectern::server;

void expect_result_or_refusal(const std::function<void()>& f) {
  try {
    f();
  } catch (const ApiError& error) {
    lectern::fuzz::require(error.status() >= 400 && error.status() < 500, "it is the client's mistake");
    const auto json = nlohmann::json::parse(to_json(error));
    lectern::fuzz::require(!json["error"]["message"].get<std::string>().empty(), "it says what is wrong");
  }
}

// Up to a line break, taken off `text`.
std::string take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return std::string(line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Gate kGate({.api_key = "key", .hosts = {"lectern.example"}});
  std::string_view text = lectern::fuzz::text(data, size);
  HttpRequest request;
  request.path = take_line(text);
  request.host = take_line(text);
  request.origin = take_line(text);
  request.authorization = take_line(text);
  request.hosts = 1;
  expect_result_or_refusal([&] { kGate.check_origin(request); });
  expect_result_or_refusal([&] { kGate.check_key(request); });
  std::string decoded;
  percent_decode(request.path, decoded);
  lectern::fuzz::require(decoded.size() <= request.path.size(), "escapes become shorter");
  expect_result_or_refusal([&] { parse_chat_request(text); });
  expect_result_or_refusal([&] { parse_completion_request(text); });
  expect_result_or_refusal([&] { parse_embedding_request(text); });
  expect_result_or_refusal([&] { parse_search_request(text); });
  return 0;
}
