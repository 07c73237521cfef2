#include "loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace lectern::test {

LoopbackServer::LoopbackServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (socket_ < 0 || ::bind(socket_, generic, size) != 0 || ::listen(socket_, 16) != 0 ||
      ::getsockname(socket_, generic, &size) != 0) {
    throw std::runtime_error("no server on loopback");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

LoopbackServer::~LoopbackServer() {
  thread_.request_stop();
  thread_.join();
  ::close(socket_);
}

void LoopbackServer::put(const std::string& path, const std::string& content) {
  const std::lock_guard lock(mutex_);
  contents_[path] = content;
}

std::string LoopbackServer::address() const { return "http://127.0.0.1:" + std::to_string(port_); }

int LoopbackServer::asked(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(path);
  return found == asked_.end() ? 0 : found->second;
}

void LoopbackServer::serve(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd waiting = {socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 50) <= 0) continue;
    const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    answer(connection);
    ::close(connection);
  }
}

// One request a connection.
void LoopbackServer::answer(int connection) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    pollfd waiting = {connection, POLLIN, 0};
    if (::poll(&waiting, 1, 5000) <= 0) return;
    const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    request.append(buffer, static_cast<std::size_t>(got));
  }
  const std::size_t begin = request.find(' ') + 1;
  const std::string path = request.substr(begin, request.find(' ', begin) - begin);
  std::string reply;
  {
    const std::lock_guard lock(mutex_);
    ++asked_[path];
    const auto found = contents_.find(path);
    const bool there = found != contents_.end();
    const std::string content = there ? found->second : "";
    reply = std::string("HTTP/1.1 ") + (there ? "200 OK" : "404 Not Found") +
            "\r\nConnection: close\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
  }
  for (std::size_t sent = 0; sent < reply.size();) {
    const ssize_t wrote = ::send(connection, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
    if (wrote <= 0) return;
    sent += static_cast<std::size_t>(wrote);
  }
}

}  // namespace lectern::test
