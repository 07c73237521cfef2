// What is to be written to a client, from those who answer to the connection.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http_message.h"

namespace lectern::server {

/// Safe to use from any thread.
class Outbox {
 public:
  struct Client {
    bool http_1_0 = false;  // knows no chunks
    bool keep_alive = true;
    bool head_alone = false;  // asked for no body
  };
  /// More than `limit` bytes of an answer in pieces may not wait behind those being written when another piece comes.
  Outbox(Client client, std::size_t limit)
      : http_1_0_(client.http_1_0),
        head_alone_(client.head_alone),
        keep_alive_(client.keep_alive && !client.http_1_0),
        limit_(limit) {}

  void respond(HttpResponse response);
  void begin(HttpResponse head);
  void send(std::string_view piece);
  void end();
  /// Nobody will answer any more: 500 where nothing was said yet, otherwise the connection is cut off.
  void abandon(const std::function<HttpResponse()>& response);
  void on_gone(std::function<void()> f);

  /// The connection's side.
  enum class Cut { kNot, kUnread, kAbandoned };  // nothing more comes: too much waited; nobody answers any more
  struct Taken {
    std::string bytes;
    std::optional<FileBody> file;  // follows them
    bool last = false;             // nothing follows
    Cut cut = Cut::kNot;
  };
  Taken take();
  /// Whether an interim answer may go before what there will be: nothing of that was said yet.
  bool may_interrupt() const;
  /// Once: the client is gone.
  void lose();
  /// After the answer's last byte, whether another request may follow.
  bool keep_alive() const;
  /// The answer, if it has not begun, tells that none may.
  void close_after();

 private:
  Framing streamed() const { return http_1_0_ ? Framing::kClose : Framing::kChunked; }
  Persistence persistence() const { return keep_alive_ ? Persistence::kKeepAlive : Persistence::kClose; }

  const bool http_1_0_, head_alone_;
  mutable std::mutex mutex_;
  bool keep_alive_;
  const std::size_t limit_;
  std::string bytes_;
  std::optional<FileBody> file_;
  Cut cut_ = Cut::kNot;
  bool begun_ = false, ended_ = false, gone_ = false;
  std::vector<std::function<void()>> on_gone_;
};

}  // namespace lectern::server
