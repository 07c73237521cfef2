// One client's connection: requests in, answers out, one after the other.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>

#include "server/http_server.h"
#include "server/outbox.h"

namespace lectern::server {

/// Bytes of the bodies that all connections hold together.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}
  bool take(std::size_t bytes) {
    if (left_.fetch_sub(static_cast<std::int64_t>(bytes)) >= static_cast<std::int64_t>(bytes)) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { left_.fetch_add(static_cast<std::int64_t>(bytes)); }

 private:
  std::atomic<std::int64_t> left_;
};

/// Runs on the strand of its socket. It keeps itself alive while it runs.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// The references must outlive it.
  Connection(boost::asio::ip::tcp::socket socket, const HttpOptions& options, HttpHandler& handler, BodyBudget& bodies);

  boost::asio::awaitable<void> run();
  boost::asio::any_io_executor executor() { return stream_.get_executor(); }

  /// No more requests after the one under way. From any thread, like the next.
  void drain();
  void abort();

 private:
  friend class ConnectionExchange;
  struct Received;

  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<bool> read_head(Received& received);
  boost::asio::awaitable<bool> read_body(Received& received);
  boost::asio::awaitable<bool> read_file(Received& received);
  boost::asio::awaitable<bool> give_up(boost::system::error_code failed, const HttpRequest& head);
  HttpResponse failure(const HttpRequest& head, int status, const std::string& message, std::string_view code);
  boost::asio::awaitable<void> answer(Received& received);
  boost::asio::awaitable<void> reject(HttpResponse response);  // and close
  boost::asio::awaitable<bool> write_pieces(Outbox& outbox);
  boost::asio::awaitable<bool> write(std::string bytes);
  boost::asio::awaitable<bool> write_file(FileBody file);
  boost::asio::awaitable<void> linger();
  void watch();
  void look_for_end();
  void probe();
  void lose();
  void wake();

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer wake_;  // its waiter looks at the outbox again when it is cancelled
  const HttpOptions& options_;
  HttpHandler& handler_;
  BodyBudget& bodies_;
  std::string client_;
  std::shared_ptr<Outbox> outbox_;  // of the request under way
  bool head_alone_ = false;         // what it asks for: no body
  bool watching_ = false;
  bool idle_ = false;
  bool draining_ = false;
};

}  // namespace lectern::server
