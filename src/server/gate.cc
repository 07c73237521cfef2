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

bool is_address(std::string_view host) {
  unsigned char bytes[16];
  std::string text(host);
  if (!text.starts_with('[')) return ::inet_pton(AF_INET, text.c_str(), bytes) == 1;
  return text.ends_with(']') && ::inet_pton(AF_INET6, text.substr(1, text.size() - 2).c_str(), bytes) == 1;
}

std::string hash(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

// Takes the same time wherever they differ.
bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Gate::Gate(const GateOptions& options) : key_hash_(options.api_key.empty() ? std::string() : hash(options.api_key)) {
  for (const auto& host : options.hosts) hosts_.push_back(lower(host));
}

bool Gate::is_own_name(std::string_view host) const {
  const auto name = lower(host);
  return name == "localhost" || is_address(name) || std::find(hosts_.begin(), hosts_.end(), name) != hosts_.end();
}

void Gate::check_origin(const HttpRequest& request) const {
  const auto host = without_port(request.host);
  if (request.hosts != 1 || host.empty()) throw ApiError(400, "The request needs one Host header, a name or address.");
  if (!is_own_name(host)) {
    throw ApiError(421,
                   "This server does not go by the name in the Host header. Use its address, or start it with "
                   "--allow-host NAME.");
  }
  if (request.origin.empty()) return;
  if (lower(request.origin) != "http://" + lower(request.host) &&
      lower(request.origin) != "https://" + lower(request.host))
    throw ApiError(403, "Pages of other sites may not ask this server.");
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

bool is_loopback(std::string_view address) {
  unsigned char bytes[16];
  const std::string text(address);
  if (::inet_pton(AF_INET, text.c_str(), bytes) == 1) return bytes[0] == 127;
  return text == "::1";
}

}  // namespace lectern::server
