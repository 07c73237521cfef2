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

#include "hub/disk_space.h"
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

// Why it has that status, and what to do; `file`: of a body that goes to the disk.
std::string message_of(const error_code& failed, const HttpOptions& options, bool file) {
  const auto size = [](std::size_t bytes) { return hub::size_text(static_cast<std::int64_t>(bytes)); };
  switch (status_of(failed)) {
    case 431:
      return fmt::format(
          "The request's first line and headers are larger than the {} that this server takes: send "
          "fewer and shorter ones.",
          size(options.header_bytes));
    case 413:
      return fmt::format(
          "The body is larger than the {} that this server takes: send less{}, or start the server with "
          "a larger {}.",
          size(file ? options.upload_bytes : options.body_bytes), file ? "" : " at a time",
          file ? "--max-upload" : "--max-body");
    default:
      return fmt::format("The request breaks the rules of HTTP: {}.", failed.message());
  }
}

HttpResponse with_headers(HttpResponse response, const HttpRequest& request) {
  const auto& further = request.answer_headers;
  response.headers.insert(response.headers.end(), further.begin(), further.end());
  return response;
}

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

// A whole address in place of a path names the host that counts (RFC 9112, 3.2.2).
void take_host_of_target(HttpRequest& request) {
  constexpr std::string_view kScheme = "http://";
  if (!beast::iequals(request.target.substr(0, kScheme.size()), kScheme)) return;
  const std::string address = request.target.substr(kScheme.size());
  const std::size_t path = std::min(address.find_first_of("/?"), address.size());
  request.host = address.substr(0, path);
  request.target = address.substr(path);
  if (!request.target.starts_with('/')) request.target.insert(0, 1, '/');
}

HttpRequest request_of(const http::request<http::string_body>& message, std::string client) {
  HttpRequest request;
  request.method = text_of(message.method_string());
  request.target = text_of(message.target());
  request.host = text_of(message[http::field::host]);
  take_host_of_target(request);
  request.path = request.target.substr(0, request.target.find('?'));
  request.hosts = static_cast<int>(message.count(http::field::host));
  request.authorization = text_of(message[http::field::authorization]);
  request.origin = text_of(message[http::field::origin]);
  request.content_type = text_of(message[http::field::content_type]);
  request.content_encoding = text_of(message[http::field::content_encoding]);
  request.wanted_method = text_of(message[http::field::access_control_request_method]);
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
      return with_headers(connection_->handler_.failure(request_, 500, "The server gave no answer.", {}), request_);
    });
    connection_->wake();
  }

  const HttpRequest& request() const override { return request_; }
  void respond(HttpResponse response) override {
    connection_->handler_.answered(response.status);
    outbox_->respond(with_headers(std::move(response), request_));
    connection_->wake();
  }
  void begin(HttpResponse head) override {
    connection_->handler_.answered(head.status);
    outbox_->begin(with_headers(std::move(head), request_));
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
  received.parser.body_limit(boost::none);  // until it is known which of the limits is its own
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
  head_alone_ = false;
  error_code failed;
  co_await http::async_read_header(stream_, buffer_, received.parser, net::redirect_error(net::use_awaitable, failed));
  if (failed == beast::error::timeout) log(fmt::format("closed: {} took too long to send a header", client_));
  if (failed) {
    received.request.client = client_;
    co_return co_await give_up(failed, received.request);
  }
  const auto& parser = received.parser;
  received.request = request_of(parser.get(), client_);
  received.request.has_body = !parser.is_done();
  head_alone_ = received.request.method == "HEAD";
  const Outbox::Client client{parser.get().version() == 10, parser.keep_alive() && !draining_, head_alone_};
  outbox_ = std::make_shared<Outbox>(client, options_.unsent_bytes);
  auto refusal = handler_.refuse(received.request);
  if (refusal) co_await reject(with_headers(std::move(*refusal), received.request));
  co_return !refusal.has_value();
}

net::awaitable<bool> Connection::read_body(Received& received) {
  auto& parser = received.parser;
  if (parser.is_done()) co_return true;
  const std::size_t most = received.request.file ? options_.upload_bytes : options_.body_bytes;
  if (parser.content_length() && *parser.content_length() > most)
    co_return co_await give_up(http::error::body_limit, received.request);
  parser.body_limit(most);
  if (received.request.file) co_return co_await read_file(received);
  const std::size_t expected = parser.content_length() ? *parser.content_length() : options_.body_bytes;
  if (!bodies_.take(expected)) {
    const char* why = "Large requests hold as much memory as they may: try again when one is done.";
    co_await reject(failure(received.request, 503, why, "server_busy"));
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
    received.charged = received.request.body.size();
    bodies_.give_back(expected - received.charged);  // of a chunked body nobody knew how large it would be
    co_return true;
  }
  bodies_.give_back(expected);
  co_return co_await give_up(failed, received.request);
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
    if (failed && failed != http::error::need_buffer) co_return co_await give_up(failed, received.request);
    std::string problem;
    try {
      received.request.file->write({piece.get(), kPieceBytes - body.size});
    } catch (const Error& error) {
      problem = error.what();
    }
    if (problem.empty()) continue;
    co_await reject(failure(received.request, 503, problem, "storage_failed"));
    co_return false;
  }
  co_return true;
}

// The head or the body did not come, or may not.
net::awaitable<bool> Connection::give_up(error_code failed, const HttpRequest& head) {
  const bool in_body = !head.method.empty();
  if (in_body && failed == beast::error::timeout) log(fmt::format("closed: {} took too long to send a body", client_));
  const int status = status_of(failed);
  const std::string message = message_of(failed, options_, head.file != nullptr);
  if (status != 0) co_await reject(failure(head, status, message, {}));
  co_return false;
}

HttpResponse Connection::failure(const HttpRequest& head, int status, const std::string& message,
                                 std::string_view code) {
  return with_headers(handler_.failure(head, status, message, code), head);
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
    if (taken.cut != Outbox::Cut::kNot) {
      const bool unread = taken.cut == Outbox::Cut::kUnread;
      log(fmt::format("closed: {} {}", client_, unread ? "does not read its answer" : "was left without an answer"));
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
  if (got == 0) return probe();
  if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) lose();
}

// The client sends no more. One that has gone looks like one that waits for its answer, until it is sent something: an
// interim answer where nothing has been written yet, which clients of HTTP/1.1 pass over, else a comment of the stream.
void Connection::probe() {
  static constexpr std::string_view kInterim = "HTTP/1.1 100 Continue\r\n\r\n";
  if (outbox_->may_interrupt()) {
    const auto sent =
        ::send(stream_.socket().native_handle(), kInterim.data(), kInterim.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(kInterim.size())) return lose();
  } else {
    outbox_->send(":\n\n");
    wake_.cancel();
  }
  stream_.socket().async_wait(net::ip::tcp::socket::wait_error, [self = shared_from_this()](const error_code& failed) {
    int error = 0;  // reading tells none: the end has been read
    socklen_t size = sizeof error;
    if (failed || ::getsockopt(self->stream_.socket().native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
      return;
    if (error != 0) self->lose();
  });
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
