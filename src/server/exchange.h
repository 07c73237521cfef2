// One request and the answer to it, between a connection and who answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "server/http_message.h"

namespace lectern::server {

/// Every method is safe to call from any thread and returns at once. Once the client has gone they do nothing.
/// Dropped without an answer, it answers with 500.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const HttpRequest& request() const = 0;

  /// The whole answer.
  virtual void respond(HttpResponse response) = 0;

  /// Or one in pieces, of the content type of `head`: those not yet taken by the client are kept up to a limit, and a
  /// client that lets them grow beyond it has gone.
  virtual void begin(HttpResponse head) = 0;
  virtual void send(std::string_view piece) = 0;
  virtual void end() = 0;

  /// Calls `f` on the connection's thread if the client goes away before the answer's end; at once if it has gone.
  virtual void on_gone(std::function<void()> f) = 0;

  /// Calls `f` on the connection's thread, one call after the other.
  virtual void post(std::function<void()> f) = 0;
};

/// What answers the requests of all connections.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  /// Looks at a request before its body is read. Returns the answer that refuses it; else `head.file` is set where the
  /// body is to go to the disk.
  virtual std::optional<HttpResponse> refuse(HttpRequest& head) = 0;

  /// Answers it, now or later. Returns soon, and does not throw.
  virtual void handle(std::shared_ptr<Exchange> exchange) = 0;

  /// The server was told to stop: answers under way shall end soon, and no more follow. Returns at once.
  virtual void end_soon() = 0;

  /// Is told of each answer, on any thread.
  virtual void answered(int status) = 0;

  /// The answer for a request that breaks HTTP's rules or a limit: 400, 413, 431, or that cannot be had. Of `head`
  /// there is what was read; `code` is a word for programs, or empty.
  virtual HttpResponse failure(const HttpRequest& head, int status, std::string_view message,
                               std::string_view code) = 0;
};

}  // namespace lectern::server
