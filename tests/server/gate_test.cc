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

std::string header(const HttpHeaders& headers, const std::string& name) {
  for (const auto& [one, value] : headers) {
    if (one == name) return value;
  }
  return {};
}

TEST(GateTest, LetsPagesOfNamedSitesAsk) {
  const Gate gate({.api_key = {}, .hosts = {}, .origins = {"https://notes.example", "http://localhost:3000"}});
  const auto status = [&](const std::string& origin) {
    return status_of([&] { gate.check_origin(request_to("localhost:80", origin)); });
  };
  const auto allowed = [&](const std::string& origin) {
    return header(gate.answer_headers(request_to("localhost:80", origin)), "Access-Control-Allow-Origin");
  };
  for (const char* origin : {"https://notes.example", "http://localhost:3000"}) {
    EXPECT_EQ(status(origin), 200) << origin;
    EXPECT_EQ(allowed(origin), origin);
  }
  for (const char* origin : {"http://notes.example", "https://notes.example.evil", "https://notes.example:444",
                             "https://evil.notes.example", "http://localhost:3001", "null", "*"}) {
    EXPECT_EQ(status(origin), 403) << origin;
    EXPECT_EQ(allowed(origin), "") << origin;
  }
  EXPECT_EQ(allowed("http://localhost:80"), "") << "its own page needs none";
  EXPECT_EQ(header(gate.answer_headers(request_to("localhost:80")), "Vary"), "Origin");
  EXPECT_TRUE(Gate(GateOptions{}).answer_headers(request_to("localhost", "https://notes.example")).empty());
}

TEST(GateTest, KnowsWhenABrowserAsksFirst) {
  const Gate gate({.api_key = {}, .hosts = {}, .origins = {"https://notes.example"}});
  auto request = request_to("localhost", "https://notes.example");
  request.method = "OPTIONS";
  EXPECT_FALSE(gate.is_preflight(request));
  request.wanted_method = "POST";
  EXPECT_TRUE(gate.is_preflight(request));
  request.origin = "https://evil.example";
  EXPECT_FALSE(gate.is_preflight(request));
}

TEST(GateTest, KnowsOrigins) {
  for (const char* good : {"https://notes.example", "http://localhost:3000", "tauri://localhost", "*"})
    EXPECT_EQ(problem_of_origin(good), "") << good;
  for (const char* bad : {"", "notes.example", "https://", "https://notes.example/", "https://notes.example/x",
                          "https://Notes.example", "https://*.example", "null", "https://a@b"})
    EXPECT_NE(problem_of_origin(bad), "") << bad;
}

TEST(GateTest, KnowsLoopback) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "localhost"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "fe80::1", "localhost.example", ""})
    EXPECT_FALSE(is_loopback(address)) << address;
}

}  // namespace
}  // namespace lectern::server
