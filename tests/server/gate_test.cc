#include "server/gate.h"

#include <gtest/gtest.h>

#include "server/api_error.h"

namespace lectern::server {
namespace {

int status_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const ApiError& error) {
    return error.status();
  }
  return 200;
}

HttpRequest request_to(const std::string& host, const std::string& origin = {}) {
  HttpRequest request;
  request.host = host;
  request.hosts = 1;
  request.origin = origin;
  return request;
}

TEST(GateTest, KnowsTheNamesItGoesBy) {
  const Gate gate({.api_key = {}, .hosts = {"Lectern.example"}});
  const auto status = [&](const std::string& host, const std::string& origin = {}) {
    return status_of([&] { gate.check_origin(request_to(host, origin)); });
  };
  for (const char* host : {"localhost", "LocalHost:80", "127.0.0.1:8080", "10.1.2.3", "[::1]", "[fe80::1]:65535",
                           "lectern.example", "LECTERN.EXAMPLE:9000"}) {
    EXPECT_EQ(status(host), 200) << host;
  }
  for (const char* host :
       {"evil.example", "lectern.example.evil", "localhost.", "127.0.0.1.evil", "[evil]", "127.1", "::1x"})
    EXPECT_NE(status(host), 200) << host;
  for (const char* host : {"", ":80", "localhost:x", "localhost:123456", "[::1", "[::1]80"})
    EXPECT_EQ(status(host), 400) << host;
  EXPECT_EQ(status("localhost:80", "http://localhost:80"), 200);
  EXPECT_EQ(status("lectern.example", "https://lectern.example"), 200);
  EXPECT_EQ(status("localhost:80", "http://localhost"), 403);
  EXPECT_EQ(status("localhost:80", "null"), 403);
  auto doubled = request_to("localhost");
  doubled.hosts = 2;
  EXPECT_EQ(status_of([&] { gate.check_origin(doubled); }), 400);
}

TEST(GateTest, ComparesKeys) {
  const auto status = [](const std::string& key, const std::string& authorization) {
    HttpRequest request;
    request.authorization = authorization;
    return status_of([&] { Gate({.api_key = key, .hosts = {}}).check_key(request); });
  };
  EXPECT_EQ(status("", ""), 200);
  EXPECT_EQ(status("", "Bearer anything"), 200);
  EXPECT_EQ(status("key", "Bearer key"), 200);
  EXPECT_EQ(status("key", "bearer key"), 200);
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer ke", "Bearer keys", "Bearer  key", "key", "Basic key"})
    EXPECT_EQ(status("key", wrong), 401) << wrong;
}

TEST(GateTest, KnowsLoopback) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1"}) EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "fe80::1", "localhost", ""})
    EXPECT_FALSE(is_loopback(address)) << address;
}

}  // namespace
}  // namespace lectern::server
