#include "server/connection.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "lectern/error.h"
#include "server/body_file.h"
#include "server/log.h"

namespace lectern::server {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kPieceBytes = 64 << 10;  // of a body on its way to the disk
constexpr int kSendBytes = 64 << 10;
constexpr std::size_t kLingerBytes = 16 << 20;
constexpr std::chrono::seconds kLingerTime{2};

// What a request is answered that could not be read; 0: nothing, there is nobody or nothing to answer.
int status_of(const error_code& failed) {
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow) return 431;
  if (failed == http::error::body_limit) return 413;
  if (failed == http::error::end_of_stream || failed == http::error::partial_message) return 0;
  return failed.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

HttpRequest request_of(const http::request<http::string_body>& message, std::string client) {
  HttpRequest request;
  request.method = text_of(message.method_string());
  request.target = text_of(message.target());
  request.path = request.target.substr(0, request.target.find('?'));
  request.host = text_of(message[http::field::host]);
  request.hosts = static_cast<int>(message.count(http::field::host));
  request.authorization = text_of(message[http::field::authorization]);
  request.origin = text_of(message[http::field::origin]);
  request.content_type = text_of(message[http::field::content_type]);
  request.range = text_of(message[http::field::range]);
  request.if_range = text_of(message[http::field::if_range]);
  request.accept_encoding = text_of(message[http::field::accept_encoding]);
  request.if_none_match = text_of(message[http::field::if_none_match]);
  request.client = std::move(client);
  return request;
}

}  // namespace

struct Connection::Received {
  http::request_parser<http::string_body> parser;
  HttpRequest request;
  std::size_t charged = 0;  // to the budget of bodies
};

class ConnectionExchange final : public Exchange {
 public:
  ConnectionExchange(std::shared_ptr<Connection> connection, HttpRequest request, std::size_t charged)
      : connection_(std::move(connection)),
        outbox_(connection_->outbox_),
        request_(std::move(request)),
        charged_(charged) {}

  ~ConnectionExchange() override {
    connection_->bodies_.give_back(charged_);
    outbox_->abandon([&] {
      connection_->handler_.answered(500);
      return connection_->handler_.failure(500, "The server gave no answer.");
    });
    connection_->wake();
  }

  const HttpRequest& request() const override { return request_; }
  void respond(HttpResponse response) override {
    connection_->handler_.answered(response.status);
    outbox_->respond(std::move(response));
    connection_->wake();
  }
  void begin(HttpResponse head) override {
    connection_->handler_.answered(head.status);
    outbox_->begin(std::move(head));
    connection_->wake();
  }
  void send(std::string_view piece) override {
    outbox_->send(piece);
    connection_->wake();
  }
  void end() override {
    outbox_->end();
    connection_->wake();
  }
  void on_gone(std::function<void()> f) override { outbox_->on_gone(std::move(f)); }
  void post(std::function<void()> f) override {
    net::post(connection_->stream_.get_executor(), [f = std::move(f)] {
      try {
        f();
      } catch (const std::exception& failure) {
        log(fmt::format("an answer was not finished: {}", failure.what()));
      }
    });
  }

 private:
  std::shared_ptr<Connection> connection_;
  std::shared_ptr<Outbox> outbox_;
  HttpRequest request_;
  std::size_t charged_;
};

Connection::Connection(net::ip::tcp::socket socket, const HttpOptions& options, HttpHandler& handler,
                       BodyBudget& bodies)
    : stream_(std::move(socket)),
      wake_(stream_.get_executor(), net::steady_timer::time_point::max()),
      options_(options),
      handler_(handler),
      bodies_(bodies) {
  error_code ignored;
  const auto peer = stream_.socket().remote_endpoint(ignored);
  if (!ignored) client_ = peer.address().to_string();
  stream_.socket().set_option(net::ip::tcp::no_delay(true), ignored);
  // Otherwise the kernel would keep megabytes for a client that does not read.
  stream_.socket().set_option(net::socket_base::send_buffer_size(kSendBytes), ignored);
}

net::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  try {
    while (co_await serve_one()) {
    }
  } catch (const std::exception& failure) {
    log(fmt::format("connection of {}: {}", client_, failure.what()));
  }
  lose();
}

net::awaitable<bool> Connection::serve_one() {
  Received received;
  received.parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes));
  received.parser.body_limit(std::max(options_.body_bytes, options_.upload_bytes));  // until it is known which it is
  // One await a statement: g++ 12 goes on after `false ||` where both sides await.
  bool good = co_await wait_for_request();
  if (good) good = co_await read_head(received);
  if (good) good = co_await read_body(received);
  if (!good) co_return false;
  co_await answer(received);
  co_return outbox_->keep_alive() && stream_.socket().is_open();
}

net::awaitable<bool> Connection::wait_for_request() {
  if (buffer_.size() > 0) co_return true;
  if (draining_) co_return false;
  idle_ = true;
  stream_.expires_after(options_.idle_time);
  error_code failed;
  const auto space = buffer_.prepare(kReadBytes);
  const std::size_t got = co_await stream_.async_read_some(space, net::redirect_error(net::use_awaitable, failed));
  idle_ = false;
  buffer_.commit(got);
  co_return !failed;
}

net::awaitable<bool> Connection::read_head(Received& received) {
  stream_.expires_after(options_.header_time);
  error_code failed;
  co_await http::async_read_header(stream_, buffer_, received.parser, net::redirect_error(net::use_awaitable, failed));
  if (failed) {
    // What it is is not known yet: if it is too large, then for the larger of the two limits.
    co_return co_await give_up(failed, options_.upload_bytes >= options_.body_bytes);
  }
  const auto& parser = received.parser;
  received.request = request_of(parser.get(), client_);
  received.request.has_body = !parser.is_done();
  head_alone_ = received.request.method == "HEAD";
  const Outbox::Client client{parser.get().version() == 10, parser.keep_alive() && !draining_, head_alone_};
  outbox_ = std::make_shared<Outbox>(client, options_.unsent_bytes);
  auto refusal = handler_.refuse(received.request);
  if (refusal) co_await reject(std::move(*refusal));
  co_return !refusal.has_value();
}

net::awaitable<bool> Connection::read_body(Received& received) {
  auto& parser = received.parser;
  if (parser.is_done()) co_return true;
  const bool upload = received.request.file != nullptr;
  const std::size_t most = upload ? options_.upload_bytes : options_.body_bytes;
  if (parser.content_length() && *parser.content_length() > most)
    co_return co_await give_up(http::error::body_limit, upload);
  parser.body_limit(most);
  if (upload) co_return co_await read_file(received);
  const std::size_t expected = parser.content_length() ? *parser.content_length() : options_.body_bytes;
  if (!bodies_.take(expected)) {
    co_await reject(handler_.failure(503, "Too many large requests are under way."));
    co_return false;
  }
  received.charged = expected;
  error_code failed;
  stream_.expires_after(options_.body_time);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue"))
    co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  co_await http::async_read(stream_, buffer_, parser, net::redirect_error(net::use_awaitable, failed));
  if (!failed) {
    received.request.body = std::move(parser.get().body());
    co_return true;
  }
  bodies_.give_back(expected);
  co_return co_await give_up(failed, false);
}

// Each piece has `body_time`, so that a large file over a slow network is no matter.
net::awaitable<bool> Connection::read_file(Received& received) {
  http::request_parser<http::buffer_body> parser(std::move(received.parser));
  const auto piece = std::make_unique<char[]>(kPieceBytes);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue"))
    co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.get();
    body.size = kPieceBytes;
    error_code failed;
    stream_.expires_after(options_.body_time);
    co_await http::async_read(stream_, buffer_, parser, net::redirect_error(net::use_awaitable, failed));
    if (failed && failed != http::error::need_buffer) co_return co_await give_up(failed, true);
    std::string problem;
    try {
      received.request.file->write({piece.get(), kPieceBytes - body.size});
    } catch (const Error& error) {
      problem = error.what();
    }
    if (problem.empty()) continue;
    co_await reject(handler_.failure(503, problem));
    co_return false;
  }
  co_return true;
}

std::string Connection::limit_text(bool upload) const {
  const std::size_t bytes = upload ? options_.upload_bytes : options_.body_bytes;
  const bool whole = bytes % (1 << 20) == 0;
  return fmt::format("More than {} {} are not taken: `lectern serve {}` sets that.", whole ? bytes >> 20 : bytes,
                     whole ? "MiB" : "bytes", upload ? "--max-upload" : "--max-body");
}

// It did not come, or may not.
net::awaitable<bool> Connection::give_up(error_code failed, bool upload) {
  if (failed == beast::error::timeout) log(fmt::format("closed: {} took too long to send its request", client_));
  const int status = status_of(failed);
  if (status == 0) co_return false;
  const std::string why = status == 413 ? limit_text(upload) : failed.message();
  co_await reject(handler_.failure(status, why));
  co_return false;
}

net::awaitable<void> Connection::answer(Received& received) {
  {
    auto exchange =
        std::make_shared<ConnectionExchange>(shared_from_this(), std::move(received.request), received.charged);
    watch();
    handler_.handle(std::move(exchange));
  }
  const bool whole = co_await write_pieces(*outbox_);
  if (!whole) {
    lose();
    co_return;
  }
  if (!outbox_->keep_alive()) co_await linger();
}

net::awaitable<void> Connection::reject(HttpResponse response) {
  handler_.answered(response.status);
  std::string bytes = response_head(response, Framing::kLength, Persistence::kClose);
  if (!head_alone_) bytes += response.body;
  const bool written = co_await write(std::move(bytes));
  if (written) co_await linger();
}

net::awaitable<bool> Connection::write_pieces(Outbox& outbox) {
  for (;;) {
    auto taken = outbox.take();
    if (taken.overflow) {
      log(fmt::format("closed: {} does not read its answer", client_));
      co_return false;
    }
    const bool some = !taken.bytes.empty();
    if (some) {
      const bool written = co_await write(std::move(taken.bytes));
      if (!written) co_return false;
    }
    if (taken.file) {
      const bool written = co_await write_file(std::move(*taken.file));
      if (!written) co_return false;
    }
    if (taken.last) co_return true;
    if (some) continue;  // more may have come meanwhile
    if (!stream_.socket().is_open()) co_return false;
    error_code woken;
    co_await wake_.async_wait(net::redirect_error(net::use_awaitable, woken));
  }
}

// A slow reader has `stall_time` for each piece that its socket takes.
net::awaitable<bool> Connection::write(std::string bytes) {
  for (std::size_t written = 0; written < bytes.size();) {
    stream_.expires_after(options_.stall_time);
    error_code failed;
    const auto rest = net::buffer(bytes) + written;
    written += co_await stream_.async_write_some(rest, net::redirect_error(net::use_awaitable, failed));
    if (failed == beast::error::timeout) log(fmt::format("closed: {} does not read its answer", client_));
    if (failed) co_return false;
  }
  co_return true;
}

// A piece at a time, so that a client's pace bounds what is held for it.
net::awaitable<bool> Connection::write_file(FileBody file) {
  while (file.bytes > 0) {
    std::string piece(static_cast<std::size_t>(std::min<std::int64_t>(file.bytes, kSendBytes)), '\0');
    const auto got = ::pread(file.descriptor, piece.data(), piece.size(), file.begin);
    if (got <= 0) {  // it was cut short: the length that was promised cannot be kept
      log(fmt::format("closed: a file for {} could not be read to its end", client_));
      co_return false;
    }
    piece.resize(static_cast<std::size_t>(got));
    file.begin += got;
    file.bytes -= got;
    const bool written = co_await write(std::move(piece));
    if (!written) co_return false;
  }
  co_return true;
}

// A socket closed with unread bytes resets the connection, and the client may lose the answer.
net::awaitable<void> Connection::linger() {
  error_code failed;
  stream_.socket().shutdown(net::ip::tcp::socket::shutdown_send, failed);
  stream_.expires_after(kLingerTime);
  buffer_.consume(buffer_.size());
  for (std::size_t dropped = 0; dropped < kLingerBytes && !failed;) {
    const auto space = buffer_.prepare(kReadBytes);
    dropped += co_await stream_.async_read_some(space, net::redirect_error(net::use_awaitable, failed));
  }
}

// While an answer is under way nothing is read: whether the client is still there has to be looked at.
void Connection::watch() {
  if (watching_ || buffer_.size() > 0) return;
  watching_ = true;
  stream_.socket().async_wait(net::ip::tcp::socket::wait_read, [self = shared_from_this()](const error_code& failed) {
    self->watching_ = false;
    if (!failed) self->look_for_end();
  });
}

void Connection::look_for_end() {
  if (idle_ || !outbox_ || !stream_.socket().is_open()) return;
  char byte = 0;
  const auto got = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  const bool ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
  if (ended) lose();
}

// Closes the socket too: whatever waits on it ends.
void Connection::lose() {
  if (outbox_) outbox_->lose();
  error_code ignored;
  stream_.socket().close(ignored);
  wake_.cancel();
}

void Connection::wake() {
  net::post(stream_.get_executor(), [self = shared_from_this()] { self->wake_.cancel(); });
}

void Connection::drain() {
  net::post(stream_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    if (self->outbox_) self->outbox_->close_after();
    if (self->idle_) self->lose();
  });
}

void Connection::abort() {
  net::post(stream_.get_executor(), [self = shared_from_this()] { self->lose(); });
}

}  // namespace lectern::server
