#include "server/refusal_log.h"

#include <gtest/gtest.h>

namespace lectern::server {
namespace {

std::string logged(const HttpRequest& request, const ApiError& error) {
  testing::internal::CaptureStderr();
  log_refusal(request, error);
  return testing::internal::GetCapturedStderr();
}

TEST(RefusalLogTest, SaysWhatWasRefused) {
  HttpRequest request;
  request.client = "127.0.0.1";
  request.method = "GET";
  request.target = "/v1/models/x\x1b[2J?api_key=of-ours&name=a&Token=b";
  const auto line = logged(request, ApiError(404, std::string("There is no \0 here.", 19)));
  EXPECT_NE(
      line.find(
          " refused: 404 GET /v1/models/x\\x1b[2J?api_key=…&name=a&Token=… of 127.0.0.1: There is no \xef\xbf\xbd "
          "here.\n"),
      std::string::npos)
      << line;
  EXPECT_NE(logged(request, ApiError(500, "x")).find(" failed: 500 GET"), std::string::npos);
  HttpRequest unread;
  unread.client = "::1";
  EXPECT_NE(logged(unread, ApiError(400, "x")).find(" refused: 400 a request of ::1: x\n"), std::string::npos);
  request.target = "/" + std::string(10'000, 'a');
  EXPECT_NE(logged(request, ApiError(404, "The end.")).find("a… of 127.0.0.1: The end.\n"), std::string::npos);
}

TEST(RefusalLogTest, FillsNoDisk) {
  LineBudget budget(3, 2);
  LineBudget::Clock::time_point now{std::chrono::hours(1)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.take(now));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(budget.take(now));
  now += std::chrono::milliseconds(1000);
  EXPECT_TRUE(budget.take(now));
  EXPECT_EQ(budget.take_left_out(), 5);
  EXPECT_EQ(budget.take_left_out(), 0);
  EXPECT_TRUE(budget.take(now));
  EXPECT_FALSE(budget.take(now));
  now += std::chrono::hours(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.take(now)) << "no more than at first";
  EXPECT_FALSE(budget.take(now));
}

}  // namespace
}  // namespace lectern::server
