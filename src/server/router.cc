#include "server/router.h"

#include <optional>

#include "server/api_error.h"

namespace lectern::server {
namespace {

// The first segment, taken off `path`.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::string decoded(std::string_view segment) {
  std::string text;
  if (!percent_decode(segment, text)) throw ApiError(400, "The path has a malformed escape.");
  return text;
}

std::optional<PathParameters> match(std::string_view pattern, std::string_view path) {
  PathParameters parameters;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_segment(pattern), given = next_segment(path);
    if (!wanted.starts_with('{')) {
      if (wanted != given) return std::nullopt;
    } else {
      parameters.emplace(wanted.substr(1, wanted.size() - 2), decoded(given));
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

}  // namespace

Router::Match Router::find(const HttpRequest& request) const {
  // Who asks for a head is answered as who asks for all; the connection leaves the body out.
  const std::string& method = request.method == "HEAD" ? "GET" : request.method;
  std::string methods;
  if (request.path.starts_with('/')) {
    for (const auto& route : routes_) {
      auto parameters = match(route.path, request.path);
      if (!parameters) continue;
      if (route.method == method) return {&route, std::move(*parameters)};
      methods += (methods.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
    }
  }
  if (methods.empty()) throw ApiError(404, "There is nothing at this path.", {}, "unknown_url");
  throw ApiError(405, "This path takes " + methods + ".", {}, {}, {{"Allow", methods}});
}

}  // namespace lectern::server
