#include "library/youtube/address.h"

#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lectern::test {
namespace {

using library::is_address;
using library::parse_address;

constexpr const char* kVideo = "https://www.youtube.com/watch?v=a_B-c9d8e7f";
constexpr const char* kList = "https://www.youtube.com/playlist?list=PLabc_-123";

TEST(Address, EveryWayToWriteAVideo) {
  for (const char* text : {
           "https://www.youtube.com/watch?v=a_B-c9d8e7f",
           "http://youtube.com/watch?v=a_B-c9d8e7f",
           "HTTPS://WWW.YouTube.COM/watch?v=a_B-c9d8e7f",
           "https://m.youtube.com/watch?v=a_B-c9d8e7f&feature=share",
           "https://music.youtube.com/watch?v=a_B-c9d8e7f&si=xyz",
           "https://www.youtube.com/watch?app=desktop&v=a_B-c9d8e7f&t=83s#there",
           "https://www.youtube.com/watch/?t=1m&v=a_B-c9d8e7f",
           "https://www.youtube.com/watch/a_B-c9d8e7f",
           "https://youtu.be/a_B-c9d8e7f",
           "https://youtu.be/a_B-c9d8e7f?si=AbCdEf&t=12",
           "youtu.be/a_B-c9d8e7f/",
           "www.youtube.com/watch?v=a_B-c9d8e7f",
           "https://www.youtube.com/shorts/a_B-c9d8e7f?feature=share",
           "https://www.youtube.com/embed/a_B-c9d8e7f?start=5&autoplay=1",
           "https://www.youtube-nocookie.com/embed/a_B-c9d8e7f",
           "https://www.youtube.com/live/a_B-c9d8e7f?si=x",
           "https://www.youtube.com/v/a_B-c9d8e7f",
           "https://www.youtube.com:443/watch?v=a_B-c9d8e7f",
           "https://www.youtube.com/watch?v=a_B-c9d8e7f&list=RDa_B-c9d8e7f&start_radio=1",
           "https://www.youtube.com/watch?v=a_B-c9d8e7f&list=WL&index=3",
           "https://www.youtube.com/watch?v=a_B-c9d8e7f&list=",
       }) {
    EXPECT_TRUE(is_address(text)) << text;
    EXPECT_EQ(parse_address(text).url(), kVideo) << text;
  }
}

TEST(Address, EveryWayToWriteAPlaylist) {
  for (const char* text : {
           "https://www.youtube.com/playlist?list=PLabc_-123",
           "https://m.youtube.com/playlist?list=PLabc_-123&si=x",
           "https://music.youtube.com/playlist?list=PLabc_-123",
           "youtube.com/playlist?list=PLabc_-123",
           "https://www.youtube.com/watch?v=a_B-c9d8e7f&list=PLabc_-123&index=4",
           "https://www.youtube.com/watch?list=PLabc_-123",
           "https://youtu.be/a_B-c9d8e7f?list=PLabc_-123",
           "https://www.youtube.com/embed/videoseries?list=PLabc_-123",
           "https://www.youtube.com/embed/a_B-c9d8e7f?list=PLabc_-123",
       }) {
    EXPECT_TRUE(is_address(text)) << text;
    EXPECT_EQ(parse_address(text).url(), kList) << text;
  }
}

TEST(Address, PathsAreNone) {
  for (const char* text : {"a_B-c9d8e7f", "/home/anna/https", "notes", "watch?v=a_B-c9d8e7f", "youtube.com",
                           "./youtu.be/x", "https:/one-slash", ""}) {
    EXPECT_FALSE(is_address(text)) << text;
  }
}

TEST(Address, WhatIsNeitherIsRefused) {
  const auto refused = [](const char* text, const char* why) {
    EXPECT_TRUE(is_address(text)) << text;
    support::expect_error(ErrorCode::kInvalidArgument, {why}, [&] { parse_address(text); });
  };
  refused("https://example.com/watch?v=a_B-c9d8e7f", "is no address of YouTube");
  refused("https://www.youtube.com.evil.example/watch?v=a_B-c9d8e7f", "is no address of YouTube");
  refused("https://www.youtube.com@evil.example/watch?v=a_B-c9d8e7f", "is no address of YouTube");
  refused("https://www.youtube.com/@channel", "is no video and no playlist");
  refused("https://www.youtube.com/", "is no video and no playlist");
  refused("https://youtu.be/short", "11 letters");
  refused("https://www.youtube.com/watch?v=a_B-c9d8e7%2F", "11 letters");
  refused("https://www.youtube.com/playlist?list=PL%0a", "names a playlist that cannot be one");
  refused("https://www.youtube.com/playlist?list=WL", "one viewer");
}

TEST(Address, OfALibrarysVideo) {
  EXPECT_TRUE(library::is_video_url(kVideo));
  EXPECT_FALSE(library::is_video_url(kList));
  EXPECT_FALSE(library::is_video_url("https://www.youtube.com/watch?v=a_B-c9d8e7f&t=1s"));
  EXPECT_FALSE(library::is_video_url("/home/anna/a.txt"));
}

}  // namespace
}  // namespace lectern::test
