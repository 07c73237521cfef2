#include "server/http_server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "lectern/error.h"
#include "server/connection.h"
#include "server/log.h"

namespace lectern::server {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // after a failure, where descriptors are used up

tcp::endpoint endpoint_of(const HttpOptions& options) {
  error_code failed;
  const auto address = net::ip::make_address(options.address, failed);
  if (failed) {
    throw Error(ErrorCode::kInvalidArgument,
                "\"" + options.address + "\" is no address: write one as 127.0.0.1 or ::1.");
  }
  return {address, static_cast<std::uint16_t>(options.port)};
}

// Each connection takes a descriptor.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

struct HttpServer::State {
  State(const HttpOptions& given, HttpHandler& answers)
      : options(given),
        handler(answers),
        bodies(given.all_bodies_bytes),
        context(given.threads),
        strand(net::make_strand(context)),
        acceptor(strand),
        signals(strand, SIGTERM, SIGINT),
        grace(strand) {}

  void listen();
  net::awaitable<void> accept();
  void welcome(tcp::socket socket);
  void on_signal();
  void end_gently();
  void end_now();
  void leave_if_done();

  const HttpOptions options;
  HttpHandler& handler;
  BodyBudget bodies;
  net::io_context context;
  net::strand<net::io_context::executor_type> strand;  // of what follows
  tcp::acceptor acceptor;
  net::signal_set signals;
  net::steady_timer grace;
  bool ending = false;

  std::mutex mutex;
  std::unordered_map<const Connection*, std::weak_ptr<Connection>> connections;
};

void HttpServer::State::listen() {
  const auto endpoint = endpoint_of(options);
  error_code failed;
  const auto check = [&] {
    if (failed) {
      throw Error(ErrorCode::kIo, fmt::format("The address {}, port {}, cannot be listened at: {}. Choose another port "
                                              "with --port, or 0 for any.",
                                              options.address, options.port, failed.message()));
    }
  };
  acceptor.open(endpoint.protocol(), failed);
  check();
  acceptor.set_option(net::socket_base::reuse_address(true), failed);
  check();
  acceptor.bind(endpoint, failed);
  check();
  acceptor.listen(net::socket_base::max_listen_connections, failed);
  check();
}

net::awaitable<void> HttpServer::State::accept() {
  while (acceptor.is_open()) {
    tcp::socket socket(net::make_strand(context));
    error_code failed;
    co_await acceptor.async_accept(socket, net::redirect_error(net::use_awaitable, failed));
    if (!failed) {
      welcome(std::move(socket));
    } else if (acceptor.is_open()) {
      net::steady_timer pause(strand, kAcceptPause);
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, failed));
    }
  }
}

void HttpServer::State::welcome(tcp::socket socket) {
  if (ending) return;  // the socket closes
  const std::lock_guard lock(mutex);
  if (connections.size() >= options.connections) {
    log("refused: a connection, there are too many");
    return;
  }
  const auto connection = std::make_shared<Connection>(std::move(socket), options, handler, bodies);
  connections.emplace(connection.get(), connection);
  const auto forget = [this, key = connection.get()](const std::exception_ptr&) {
    const std::lock_guard again(mutex);
    connections.erase(key);
    if (connections.empty()) net::post(strand, [this] { leave_if_done(); });
  };
  net::co_spawn(connection->executor(), connection->run(), forget);
}

void HttpServer::State::on_signal() {
  signals.async_wait([this](const error_code& failed, int) {
    if (failed) return;
    if (ending) return end_now();
    end_gently();
    on_signal();
  });
}

void HttpServer::State::end_gently() {
  ending = true;
  log("stopping: no more requests are taken");
  handler.end_soon();
  error_code ignored;
  acceptor.close(ignored);
  grace.expires_after(options.grace_time);
  grace.async_wait([this](const error_code& failed) {
    if (!failed) end_now();
  });
  const std::lock_guard lock(mutex);
  for (const auto& [key, connection] : connections) {
    if (const auto alive = connection.lock()) alive->drain();
  }
  if (connections.empty()) net::post(strand, [this] { leave_if_done(); });
}

void HttpServer::State::end_now() {
  const std::lock_guard lock(mutex);
  for (const auto& [key, connection] : connections) {
    if (const auto alive = connection.lock()) alive->abort();
  }
}

// Without anything to wait for, `run` returns.
void HttpServer::State::leave_if_done() {
  const std::lock_guard lock(mutex);
  if (!ending || !connections.empty()) return;
  signals.cancel();
  grace.cancel();
}

HttpServer::HttpServer(const HttpOptions& options, HttpHandler& handler)
    : state_(std::make_unique<State>(options, handler)) {
  allow_many_descriptors();
  state_->listen();
}

// What was posted to connections after their end owns them still.
HttpServer::~HttpServer() {
  state_->context.restart();
  state_->context.poll();
}

int HttpServer::port() const { return state_->acceptor.local_endpoint().port(); }

void HttpServer::run() {
  auto& state = *state_;
  state.on_signal();
  net::co_spawn(state.strand, state.accept(), [](const std::exception_ptr&) {});
  std::vector<std::jthread> helpers;
  for (int i = 1; i < state.options.threads; ++i) helpers.emplace_back([&] { state.context.run(); });
  state.context.run();
}

}  // namespace lectern::server
