// From a request's method and path to who answers it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/exchange.h"

namespace lectern::server {

/// The parts of a path that stand for `{name}` in a route, decoded.
using PathParameters = std::map<std::string, std::string, std::less<>>;

/// What a POST has to bring.
enum class RequestBody { kJson, kNone, kBytes };

struct Route {
  std::string method;
  std::string path;   // "/v1/models/{model}"
  bool open = false;  // needs no key
  std::function<void(const std::shared_ptr<Exchange>&, const PathParameters&)> answer;
  RequestBody body = RequestBody::kJson;
  /// For kBytes: where they go, once the head was found good. What it throws refuses the request.
  std::function<std::shared_ptr<BodyFile>(const HttpRequest& head, const PathParameters&)> open_body = {};
  bool queued = false;  // asks a model: it takes a place in the queue, and has threads apart from what is done soon
};

class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

  struct Match {
    const Route* route = nullptr;
    PathParameters parameters;
  };
  /// Throws ApiError: 404, 405 (which names the methods that there are), 400 (a malformed escape).
  Match find(const HttpRequest& request) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace lectern::server
