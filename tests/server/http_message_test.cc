#include "server/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lectern::server {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(HttpMessageTest, Heads) {
  const HttpResponse response{.status = 429, .body = "12345", .headers = {{"Retry-After", "1"}}};
  const auto head = response_head(response, Framing::kLength, Persistence::kKeepAlive);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 429 Too Many Requests\r\nDate: "));
  for (const char* line : {"\r\nContent-Length: 5\r\n", "\r\nRetry-After: 1\r\n", "\r\nConnection: keep-alive\r\n",
                           "\r\nX-Content-Type-Options: nosniff\r\n", "\r\nContent-Type: application/json\r\n"}) {
    EXPECT_THAT(head, HasSubstr(line));
  }
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  const auto stream = response_head({.content_type = "text/event-stream"}, Framing::kChunked, Persistence::kClose);
  EXPECT_THAT(stream, HasSubstr("\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"));
  EXPECT_THAT(stream, Not(HasSubstr("Content-Length")));
  const auto unchanged = response_head({.status = 304}, Framing::kLength, Persistence::kKeepAlive);
  EXPECT_THAT(unchanged, Not(HasSubstr("Content-Length"))) << "it would have to be that of the whole";
}

TEST(HttpMessageTest, Chunks) {
  EXPECT_EQ(chunk(std::string(17, 'x')), "11\r\nxxxxxxxxxxxxxxxxx\r\n");
  EXPECT_EQ(chunk(""), "0\r\n\r\n");
}

TEST(HttpMessageTest, PercentEscapes) {
  std::string text;
  EXPECT_TRUE(percent_decode("a%20b%2Fc%e4%b8%ad", text));
  EXPECT_EQ(text, "a b/c中");
  EXPECT_EQ(percent_encode("/a b/lat\xe9n&中.txt"), "/a%20b/lat%E9n%26%E4%B8%AD.txt");
  EXPECT_TRUE(percent_decode(percent_encode("/lat\xe9n+%\x01?#.txt"), text));
  EXPECT_EQ(text, "/lat\xe9n+%\x01?#.txt");
  for (const char* broken : {"%", "%4", "%zz", "a%4", "%4%41"}) EXPECT_FALSE(percent_decode(broken, text)) << broken;
}

}  // namespace
}  // namespace lectern::server
