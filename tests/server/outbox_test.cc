#include "server/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lectern::server {
namespace {

using testing::HasSubstr;

HttpResponse failure() { return {.status = 500, .body = "failed"}; }

TEST(OutboxTest, AWholeAnswer) {
  Outbox outbox({}, 100);
  EXPECT_FALSE(outbox.take().last);
  outbox.respond({.body = std::string(1000, 'x')});
  outbox.respond({.body = "another"});
  outbox.abandon(failure);
  const auto taken = outbox.take();
  EXPECT_TRUE(taken.last);
  EXPECT_EQ(taken.cut, Outbox::Cut::kNot) << "the limit is for answers in pieces";
  EXPECT_TRUE(taken.bytes.ends_with("\r\n\r\n" + std::string(1000, 'x')));
  EXPECT_TRUE(outbox.keep_alive());
}

TEST(OutboxTest, AHeadAlone) {
  Outbox whole({.head_alone = true}, 1000), pieces({.head_alone = true}, 1000);
  whole.respond({.body = "four", .file = FileBody{nullptr, -1, 0, 7}});
  const auto taken = whole.take();
  EXPECT_THAT(taken.bytes, AllOf(HasSubstr("Content-Length: 7\r\n"), testing::EndsWith("\r\n\r\n")));
  EXPECT_FALSE(taken.file);
  EXPECT_TRUE(taken.last);
  pieces.begin({});
  pieces.send("abc");
  pieces.end();
  EXPECT_THAT(pieces.take().bytes, testing::EndsWith("\r\n\r\n"));
}

TEST(OutboxTest, AFileFollowsItsHead) {
  Outbox outbox({}, 1000);
  outbox.respond({.file = FileBody{nullptr, 5, 10, 7}});
  const auto taken = outbox.take();
  EXPECT_THAT(taken.bytes, AllOf(HasSubstr("Content-Length: 7\r\n"), testing::EndsWith("\r\n\r\n")));
  ASSERT_TRUE(taken.file);
  EXPECT_EQ(taken.file->begin, 10);
  EXPECT_TRUE(taken.last);
  EXPECT_FALSE(outbox.take().file);
}

TEST(OutboxTest, AnAnswerInPieces) {
  Outbox outbox({}, 1000);
  outbox.send("too early");
  outbox.begin({});
  outbox.send("abc");
  EXPECT_TRUE(outbox.take().bytes.ends_with("\r\n\r\n3\r\nabc\r\n"));
  outbox.send("");
  EXPECT_EQ(outbox.take().bytes, "") << "an empty chunk would be the end";
  outbox.send("d");
  outbox.end();
  outbox.send("too late");
  const auto taken = outbox.take();
  EXPECT_EQ(taken.bytes, "1\r\nd\r\n0\r\n\r\n");
  EXPECT_TRUE(taken.last);
}

TEST(OutboxTest, OldClientsKnowNoChunks) {
  Outbox outbox({.http_1_0 = true}, 1000);
  outbox.begin({});
  outbox.send("abc");
  outbox.end();
  EXPECT_THAT(outbox.take().bytes, AllOf(HasSubstr("Connection: close"), testing::EndsWith("\r\n\r\nabc")));
  EXPECT_FALSE(outbox.keep_alive());
}

TEST(OutboxTest, WhatIsNotTakenIsBounded) {
  Outbox outbox({}, 1000);
  outbox.begin({});
  for (int i = 0; i < 10'000; ++i) outbox.send("0123456789");
  const auto taken = outbox.take();
  EXPECT_EQ(taken.cut, Outbox::Cut::kUnread);
  EXPECT_LT(taken.bytes.size(), 1100u);
}

TEST(OutboxTest, OneLargePieceIsWritten) {
  Outbox outbox({}, 1000);
  outbox.begin({});
  outbox.send("small");
  outbox.send(std::string(5000, 'x'));
  outbox.end();
  const auto taken = outbox.take();
  EXPECT_EQ(taken.cut, Outbox::Cut::kNot) << "those who read get it";
  EXPECT_THAT(taken.bytes, HasSubstr(std::string(5000, 'x')));
}

TEST(OutboxTest, HalfAnAnswerIsCutOff) {
  Outbox silent({}, 1000), half({}, 1000);
  silent.abandon(failure);
  EXPECT_THAT(silent.take().bytes, HasSubstr("500"));
  half.begin({});
  half.send("half");
  half.abandon(failure);
  EXPECT_EQ(half.take().cut, Outbox::Cut::kAbandoned);
}

TEST(OutboxTest, TellsOnceThatTheClientIsGone) {
  Outbox outbox({}, 1000);
  int calls = 0;
  outbox.on_gone([&] { ++calls; });
  outbox.begin({});
  outbox.lose();
  outbox.lose();
  EXPECT_EQ(calls, 1);
  outbox.on_gone([&] { ++calls; });
  EXPECT_EQ(calls, 2) << "at once, for who asks later";
  Outbox done({}, 1000);
  done.on_gone([&] { ++calls; });
  done.respond({});
  done.take();
  done.lose();
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace lectern::server
