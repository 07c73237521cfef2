// Videos through the real yt-dlp, at the command line.
#include "command.h"
#include "fake_youtube.h"

namespace lectern::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kVideo = "breadvideo1";

class VideoCommandTest : public CommandTest {
 protected:
  void SetUp() override {
    if (!FakeYoutube::is_installed()) GTEST_SKIP() << "yt-dlp is missing: scripts/setup installs it";
    std::filesystem::create_directory(home() + "/youtube");
    youtube_.emplace(home() + "/youtube");
    auto video = FakeYoutube::video(kVideo, "Bread at home");
    video["channel"] = "Anna's oven";
    youtube_->add_captions(video, "subtitles", "en",
                           FakeYoutube::json3({"Welcome to my kitchen.", "First we knead the dough for ten minutes.",
                                               "Then the loaf is baked at 230 degrees.", "Let it cool on a rack."},
                                              80));
    youtube_->put(video);
    youtube_->put_playlist("PLkitchen", {kVideo, "privatevid1"});
  }
  ProcessResult run(std::vector<std::string> arguments) {
    return lectern(std::move(arguments), {.environment = {{"LECTERN_YT_DLP", youtube_->program().native()}}});
  }

  std::optional<FakeYoutube> youtube_;
};

TEST_F(VideoCommandTest, APlaylistsReportSearchAndAnswer) {
  const auto indexed = run({"index", "https://www.youtube.com/watch?v=" + kVideo + "&list=PLkitchen", "--json"});
  EXPECT_EQ(indexed.status, 0);
  EXPECT_THAT(indexed.err, IsEmpty());
  const auto report = json::parse(indexed.out);
  EXPECT_EQ(report["documents"], json({{"indexed", 1}, {"unchanged", 0}, {"removed", 0}, {"failed", 1}}));
  EXPECT_EQ(report["failures"][0]["file"], FakeYoutube::url("privatevid1"));
  EXPECT_THAT(report["failures"][0]["reason"].get<std::string>(), HasSubstr("Private video"));

  const auto found = json::parse(run({"search", "How hot is the oven for bread?", "--json"}).out);
  ASSERT_EQ(found["passages"].size(), 1u);
  EXPECT_EQ(found["passages"][0]["file"], FakeYoutube::url(kVideo));
  EXPECT_EQ(found["passages"][0]["url"], FakeYoutube::url(kVideo) + "&t=0s");
  EXPECT_EQ(found["passages"][0]["time"], 0.0);
  EXPECT_EQ(found["passages"][0]["heading"], "Bread at home");

  const auto answer = json::parse(run({"ask", "At how many degrees is the loaf baked?", "--json"}).out);
  EXPECT_THAT(answer["answer"].get<std::string>(), HasSubstr("230 degrees"));
  ASSERT_FALSE(answer["citations"].empty());
  const auto& citation = answer["citations"][0];
  EXPECT_THAT(citation["quote"].get<std::string>(), HasSubstr("230 degrees"));
  EXPECT_EQ(citation["time"], 90.0);
  EXPECT_EQ(citation["url"], FakeYoutube::url(kVideo) + "&t=90s");
  const auto person = run({"ask", "At how many degrees is the loaf baked?"});
  EXPECT_THAT(person.out, HasSubstr("] " + FakeYoutube::url(kVideo) + "&t=90s (1:30): \""));
}

TEST_F(VideoCommandTest, WhatIsNoVideo) {
  for (const char* address : {"https://example.com/a", "https://www.youtube.com/@channel"}) {
    const auto result = run({"index", address});
    EXPECT_EQ(result.status, 1) << address;
    EXPECT_THAT(result.err, IsOneError());
  }
  EXPECT_EQ(run({"index", FakeYoutube::url(kVideo), "--language", "de;rm"}).status, 2);
  const auto missing =
      lectern({"index", FakeYoutube::url(kVideo)}, {.environment = {{"LECTERN_YT_DLP", ""}, {"PATH", "/nowhere"}}});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, AllOf(IsOneError(), HasSubstr("pipx install yt-dlp")));
}

}  // namespace
}  // namespace lectern::test
