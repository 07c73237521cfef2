#include "hub/response_head.h"

#include <gmock/gmock.h>

#include <random>

#include "hub/hub_address.h"
#include "lectern/error.h"

namespace lectern::hub {
namespace {

ResponseHead head_of(const std::vector<std::string>& lines) {
  ResponseHead head;
  for (const auto& line : lines) read_head_line(line, head);
  return head;
}

TEST(ResponseHead, ReadsWhatADownloadNeeds) {
  const auto head = head_of({"HTTP/1.1 206 Partial Content\r\n", "etag: \"abc\"\r\n", "Content-Length: 5\r\n",
                             "CONTENT-RANGE: bytes 5-9/10\r\n", "Retry-After: 7\r\n", "Location: /x \r\n",
                             "X-Linked-Size: 10\r\n", "X-Linked-ETag: \"" + std::string(64, 'a') + "\"\r\n", "\r\n"});
  EXPECT_EQ(head.status, 206);
  EXPECT_EQ(head.etag, "\"abc\"");
  EXPECT_EQ(head.content_length, 5);
  ASSERT_TRUE(head.content_range);
  EXPECT_EQ(head.content_range->first, 5);
  EXPECT_EQ(head.content_range->last, 9);
  EXPECT_EQ(head.content_range->total, 10);
  EXPECT_EQ(head.retry_after, 7);
  EXPECT_EQ(head.location, "/x");
  EXPECT_EQ(head.linked_size, 10);
  EXPECT_EQ(head.linked_sha256, std::string(64, 'a'));
}

TEST(ResponseHead, AStatusLineBeginsANewHead) {
  const auto head = head_of({"HTTP/1.1 200 Connection established\r\n", "ETag: \"proxy\"\r\n", "HTTP/2 404\r\n"});
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.etag, "");
}

TEST(ResponseHead, TakesNothingThatIsMalformed) {
  for (const auto* range : {"bytes 5-4/10", "bytes 5-10/10", "bytes -5-9/10", "bytes 5-9", "5-9/10", "bytes 5-9/x",
                            "bytes 99999999999999999999-9/10", "bytes /-", "bytes */10"}) {
    EXPECT_FALSE(head_of({"Content-Range: " + std::string(range)}).content_range) << range;
  }
  for (const auto* length : {"-1", "+1", "1 2", "0x10", "", "99999999999999999999", "1.5"}) {
    EXPECT_FALSE(head_of({"Content-Length: " + std::string(length)}).content_length) << length;
  }
  for (const auto* etag : {"abc", "W/\"abc\"", "\"\"", "\"a\"b\"", "\"a b\"", "\"a\x01\"", "\""}) {
    EXPECT_EQ(head_of({"ETag: " + std::string(etag)}).etag, "") << etag;
  }
  for (const auto* status : {"HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 2", "HTTP/1.1 abc", "HTTP/1.1 -20"}) {
    EXPECT_EQ(head_of({status}).status, 0) << status;
  }
  EXPECT_EQ(head_of({"X-Linked-ETag: \"" + std::string(40, 'a') + "\""}).linked_sha256, "") << "a SHA-1";
  EXPECT_EQ(head_of({"Location: /" + std::string(10'000, 'a')}).location, "");
}

// Whatever a hub sends, what is taken of it keeps its promises.
TEST(ResponseHead, HoldsForAnyBytes) {
  std::mt19937 random(1);
  const std::vector<std::string> pieces = {"HTTP/",
                                           "1.1 ",
                                           "206",
                                           "etag:",
                                           "W/",
                                           "\"",
                                           "content-range:",
                                           "bytes ",
                                           "-",
                                           "/",
                                           "*",
                                           "9",
                                           "\r\n",
                                           " ",
                                           "\xff",
                                           "\x01",
                                           "18446744073709551616",
                                           "content-length:",
                                           "location:",
                                           "x-linked-etag:"};
  for (int i = 0; i < 200'000; ++i) {
    std::string line;
    for (auto n = random() % 9; n-- > 0;) line += pieces[random() % pieces.size()];
    ResponseHead head;
    read_head_line(line, head);
    ASSERT_TRUE(head.status == 0 || (head.status >= 100 && head.status <= 999)) << line;
    ASSERT_TRUE(!head.content_length || *head.content_length >= 0) << line;
    if (const auto& range = head.content_range) {
      ASSERT_LE(0, range->first) << line;
      ASSERT_LE(range->first, range->last) << line;
      ASSERT_TRUE(!range->total || range->last < *range->total) << line;
    }
  }
}

TEST(HubAddress, FollowsToSafePlacesAlone) {
  EXPECT_EQ(redirected("https://hub.example/a/b", "/c"), "https://hub.example/c");
  EXPECT_EQ(redirected("https://hub.example/a/b", "https://cdn.example/c?x=1"), "https://cdn.example/c?x=1");
  EXPECT_EQ(redirected("http://127.0.0.1:9/a", "http://localhost:8/b"), "http://localhost:8/b");
  for (const auto* place :
       {"http://hub.example/a", "ftp://hub.example/", "file:///etc/passwd", "http://127.0.0.1/a", ""})
    EXPECT_THROW(redirected("https://hub.example/a/b", place), Error) << place;
}

TEST(HubAddress, KnowsItsOwnOrigin) {
  EXPECT_TRUE(same_origin("https://hub.example/a", "https://hub.example:443/b"));
  EXPECT_FALSE(same_origin("https://hub.example/a", "https://cdn.hub.example/a"));
  EXPECT_FALSE(same_origin("https://hub.example/a", "http://hub.example/a"));
  EXPECT_FALSE(same_origin("https://hub.example/a", "https://hub.example:444/a"));
  EXPECT_FALSE(same_origin("", ""));
}

}  // namespace
}  // namespace lectern::hub
