// A request and its answer, as HTTP has them, without any library's types.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lectern::server {

class BodyFile;

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // path and query, as sent
  std::string path;    // of it, still percent-encoded
  std::string host;    // empty where it is missing; so are the next ones
  std::string authorization;
  std::string origin;
  std::string content_type;
  std::string content_encoding;
  std::string wanted_method;  // Access-Control-Request-Method: a browser asks whether a page may ask
  std::string range;
  std::string if_range;
  std::string accept_encoding;
  std::string if_none_match;
  std::string client;                   // the address that it came from
  int hosts = 0;                        // how many Host headers there are
  bool has_body = false;                // it announces one
  std::string body;                     // empty until it is read
  std::shared_ptr<BodyFile> file = {};  // where the body goes instead, if it goes to the disk
  HttpHeaders answer_headers = {};      // of its answer, whatever that is
};

/// Part of an open file, for a body that is not to be held in memory.
struct FileBody {
  std::shared_ptr<const void> owner;  // keeps it open
  int descriptor = -1;
  std::int64_t begin = 0, bytes = 0;
};

struct HttpResponse {
  int status = 200;
  std::string body = {};
  std::optional<FileBody> file = {};  // in place of `body`
  std::string content_type = "application/json";
  HttpHeaders headers = {};  // further ones: "Retry-After"
};

/// How the end of an answer is told.
enum class Framing {
  kLength,   // Content-Length
  kChunked,  // chunks
  kClose,    // the connection's end: for clients of HTTP/1.0
};

enum class Persistence { kKeepAlive, kClose };

/// Status line and headers, the security headers among them, with the empty line.
std::string response_head(const HttpResponse& response, Framing framing, Persistence persistence);

/// One chunk, or the last one for empty `bytes`.
std::string chunk(std::string_view bytes);

/// What `%41` stands for; nothing where an escape is malformed.
bool percent_decode(std::string_view text, std::string& decoded);

/// `bytes`, whatever they are, as they can stand in an address: letters, digits and `-._~/` stay, others are `%41`.
std::string percent_encode(std::string_view bytes);

}  // namespace lectern::server
