// Listens, reads requests and writes answers, on a few threads, for many connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "server/exchange.h"

namespace lectern::server {

struct HttpOptions {
  std::string address = "127.0.0.1";
  int port = 8080;  // 0: any that is free
  int threads = 2;
  std::size_t connections = 4096;                 // at once
  std::size_t header_bytes = 16 << 10;            // of one request
  std::size_t body_bytes = 4 << 20;               // of one request
  std::size_t upload_bytes = 256 << 20;           // of a body that goes to the disk
  std::size_t all_bodies_bytes = 256 << 20;       // of all requests under way
  std::size_t unsent_bytes = 256 << 10;           // of a streamed answer that its client does not take
  std::chrono::milliseconds header_time{10'000};  // for a whole header, from its first byte
  std::chrono::milliseconds body_time{60'000};    // for a whole body
  std::chrono::milliseconds idle_time{75'000};    // between two requests
  std::chrono::milliseconds stall_time{30'000};   // in which a client takes no byte
  std::chrono::milliseconds grace_time{30'000};   // for answers under way when the server is told to stop
};

class HttpServer {
 public:
  /// Listens from now on. `handler` must outlive it. Throws Error: kInvalidArgument (no address), kIo (a port that is
  /// taken).
  HttpServer(const HttpOptions& options, HttpHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;

  int port() const;
  /// Answers until SIGTERM or SIGINT, then until the answers under way are done or their grace time is over. A second
  /// signal ends it at once. Connections that are not done by then are cut off.
  void run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lectern::server
