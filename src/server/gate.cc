#include "server/gate.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <span>

#include "core/hash.h"
#include "core/letters.h"
#include "server/api_error.h"

namespace lectern::server {
namespace {

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The name or address without its port; empty where it is malformed.
std::string_view without_port(std::string_view host) {
  const std::size_t end = host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
  if (end == 0) return {};
  const auto port = host.substr(end);
  return port.empty() || (port.front() == ':' && is_port(port.substr(1))) ? host.substr(0, end) : std::string_view{};
}

bool is_address_in_url(const std::string& host) {
  const bool v6 = host.starts_with('[');
  return v6 ? host.ends_with(']') && host.find(':') != std::string::npos && is_address(host.substr(1, host.size() - 2))
            : host.find(':') == std::string::npos && is_address(host);
}

bool is_from(const std::string& origin, std::string_view host) {
  const auto site = lower(origin), own = lower(host);
  return site == "http://" + own || site == "https://" + own;
}

constexpr std::string_view kAnyOrigin = "*";

std::string hash(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

// Takes the same time wherever they differ.
bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Gate::Gate(const GateOptions& options)
    : origins_(options.origins), key_hash_(options.api_key.empty() ? std::string() : hash(options.api_key)) {
  for (const auto& host : options.hosts) hosts_.push_back(lower(host));
}

bool Gate::is_own_name(std::string_view host) const {
  const auto name = lower(host);
  return name == "localhost" || is_address_in_url(name) ||
         std::find(hosts_.begin(), hosts_.end(), name) != hosts_.end();
}

void Gate::check_origin(const HttpRequest& request) const {
  const auto host = without_port(request.host);
  if (request.hosts != 1 || host.empty()) throw ApiError(400, "The request needs one Host header, a name or address.");
  if (!is_own_name(host)) {
    throw ApiError(421,
                   "This server does not go by the name in the Host header. Use its address, or start it with "
                   "--allow-host NAME.");
  }
  if (request.origin.empty() || is_from(request.origin, request.host) || is_named_origin(request.origin)) return;
  throw ApiError(403,
                 "Pages of other sites may not ask this server, unless it is started with --allow-origin and the "
                 "site's origin.",
                 {}, "origin_not_allowed");
}

bool Gate::is_named_origin(const std::string& origin) const {
  return std::ranges::any_of(origins_, [&](const auto& named) { return named == origin || named == kAnyOrigin; });
}

HttpHeaders Gate::answer_headers(const HttpRequest& request) const {
  if (origins_.empty()) return {};
  HttpHeaders headers = {{"Vary", "Origin"}};
  if (request.origin.empty() || is_from(request.origin, request.host) || !is_named_origin(request.origin))
    return headers;
  headers.emplace_back("Access-Control-Allow-Origin", request.origin);
  headers.emplace_back("Access-Control-Expose-Headers", "Content-Range, Retry-After");
  return headers;
}

bool Gate::is_preflight(const HttpRequest& request) const {
  return request.method == "OPTIONS" && !request.wanted_method.empty() && !request.origin.empty() &&
         is_named_origin(request.origin);
}

void Gate::check_key(const HttpRequest& request) const {
  if (key_hash_.empty()) return;
  constexpr std::string_view kScheme = "bearer ";
  const bool bearer = lower(std::string_view(request.authorization).substr(0, kScheme.size())) == kScheme;
  if (!bearer)
    throw ApiError(401, "This server needs an API key: send it as \"Authorization: Bearer KEY\".", {},
                   "missing_api_key");
  // Hashes are compared, so that not even the key's length shows in the time.
  if (!equal(hash(std::string_view(request.authorization).substr(kScheme.size())), key_hash_))
    throw ApiError(401, "The API key is wrong.", {}, "invalid_api_key");
}

HttpResponse preflight_answer() {
  HttpResponse response{.status = 204, .content_type = {}};
  response.headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE"},
                      {"Access-Control-Allow-Headers", "Authorization, Content-Type, Range"},
                      {"Access-Control-Allow-Private-Network", "true"},
                      {"Access-Control-Max-Age", "600"}};
  return response;
}

bool is_address(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// As a browser sends it: small letters, no path.
std::string problem_of_origin(std::string_view origin) {
  if (origin == kAnyOrigin) return {};
  const auto colon = origin.find("://");
  const auto host = colon == std::string_view::npos ? "" : origin.substr(colon + 3);
  const bool good =
      colon > 0 && !host.empty() && host.find_first_of("/?#@ *") == std::string_view::npos && lower(origin) == origin;
  return good ? "" : "is no site's origin: write it as https://notes.example, in small letters and without a path";
}

bool is_loopback(std::string_view address) {
  unsigned char bytes[16];
  const std::string text(address);
  if (text == "localhost") return true;
  if (::inet_pton(AF_INET, text.c_str(), bytes) == 1) return bytes[0] == 127;
  return text == "::1";
}

}  // namespace lectern::server
