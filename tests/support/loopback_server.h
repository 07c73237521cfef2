// A web server on this machine, for programs that fetch things.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace lectern::test {

class LoopbackServer {
 public:
  LoopbackServer();
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;

  /// What a path ("/a.json3") answers; others answer 404.
  void put(const std::string& path, const std::string& content);
  /// "http://127.0.0.1:PORT"
  std::string address() const;
  /// How often a path was asked for.
  int asked(const std::string& path) const;

 private:
  void serve(std::stop_token stop);
  void answer(int connection);

  int socket_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // of the two below
  std::map<std::string, std::string> contents_;
  std::map<std::string, int> asked_;
  std::jthread thread_;
};

}  // namespace lectern::test
