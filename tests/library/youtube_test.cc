// Videos and playlists, through the real yt-dlp.
#include <gmock/gmock.h>

#include <thread>

#include "lectern/library.h"
#include "lectern/library_file.h"
#include "library/extract_file.h"
#include "library/fake_embedder.h"
#include "library/youtube/parts.h"
#include "support/expect_error.h"
#include "support/fake_youtube.h"
#include "support/sqlite.h"
#include "support/temporary_file.h"

namespace lectern {

void PrintTo(const IndexFailure& failure, std::ostream* out) { *out << failure.file << ": " << failure.reason; }

}  // namespace lectern

namespace lectern::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

using Json = FakeYoutube::Json;

const std::string kBread = "breadvideo1", kTea = "tea_video-2", kGone = "gonevideo03";
const std::string kList = "https://www.youtube.com/playlist?list=PLkitchen";

class YoutubeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!FakeYoutube::is_installed()) GTEST_SKIP() << "yt-dlp is missing: scripts/setup installs it";
    ::setenv("LECTERN_YT_DLP", youtube_.program().c_str(), 1);
    auto bread = FakeYoutube::video(kBread, "Bread at home");
    bread["channel"] = "Anna's oven";
    bread["upload_date"] = "20240501";
    bread["chapters"] =
        Json::array({{{"start_time", 0.0}, {"title", "Dough"}}, {{"start_time", 15.0}, {"title", "Oven"}}});
    youtube_.add_captions(
        bread, "subtitles", "en",
        FakeYoutube::json3({"Knead the dough for ten minutes.", "Let it rest", "until it has doubled.",
                            "Bake the loaf at 230 degrees.", "It sounds hollow when it is done."}));
    youtube_.put(bread);
    auto tea = FakeYoutube::video(kTea, "Tea");
    youtube_.add_captions(tea, "automatic_captions", "en-orig",
                          FakeYoutube::json3({"[Music]", "so green tea is steeped", "at seventy degrees"}));
    youtube_.put(tea);
  }

  std::unique_ptr<Library> open() { return open_library(file_, embedder_); }
  IndexReport index(const std::string& address, const IndexOptions& options = {}) {
    const std::vector<fs::path> roots = {address};
    return open()->index(roots, options);
  }
  std::vector<std::string> videos() {
    std::vector<std::string> out;
    for (const char* question : {"dough bread oven", "green tea", "soup carrots", "suppe"}) {
      for (const auto& passage : open()->search(question, 20)) out.push_back(passage.file);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
  std::string first_found(const std::string& question) {
    const auto passages = open()->search(question, 1);
    return passages.empty() ? "nothing" : passages[0].text;
  }
  int captions_asked(const std::string& id, const std::string& language) {
    return youtube_.server().asked("/" + id + "." + language + ".json3");
  }

  FakeYoutube youtube_{support::temporary_folder("youtube")};
  fs::path file_ = support::temporary_folder("library") / "test.db";
  FakeEmbedder embedder_;
};

TEST_F(YoutubeTest, AVideosPassagesNameTheMomentAndLinkToIt) {
  const auto report = index("https://youtu.be/" + kBread + "?si=x");
  EXPECT_EQ(report.indexed, 1);
  EXPECT_THAT(report.failures, SizeIs(0));
  const auto passages = open()->search("At how many degrees is the loaf baked?", 1);
  ASSERT_EQ(passages.size(), 1u);
  const Passage& found = passages[0];
  EXPECT_EQ(found.file, FakeYoutube::url(kBread));
  EXPECT_EQ(found.heading, "Bread at home › Oven");
  EXPECT_EQ(found.time_ms, 15'000);
  EXPECT_EQ(found.url, FakeYoutube::url(kBread) + "&t=15s");
  EXPECT_THAT(found.text, HasSubstr("Bake the loaf at 230 degrees. It sounds hollow"));
  ASSERT_THAT(found.times, SizeIs(testing::Ge(2u)));
  EXPECT_EQ(found.times.back().milliseconds, 20'000);
  const auto said = found.text.find("It sounds hollow");
  EXPECT_EQ(found.times.back().span_begin, found.span.begin + static_cast<std::int64_t>(said));
  const auto about = open()->search("Who published the video, Anna?", 1);
  ASSERT_EQ(about.size(), 1u);
  EXPECT_THAT(about[0].text, HasSubstr("Video by Anna's oven, published on 2024-05-01."));
  EXPECT_EQ(about[0].time_ms, 0);
  EXPECT_THAT(open()->statistics().folders, ElementsAre(FakeYoutube::url(kBread)));
}

TEST_F(YoutubeTest, APlaylistIsKeptInStep) {
  youtube_.put_playlist("PLkitchen", {kBread, kTea, kGone});
  auto report = index(kList);
  EXPECT_EQ(report.indexed, 2);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].file, FakeYoutube::url(kGone));
  EXPECT_EQ(report.failures[0].reason, "could not be fetched: Private video. Sign in if you may see it.");
  EXPECT_THAT(videos(), ElementsAre(FakeYoutube::url(kBread), FakeYoutube::url(kTea)));
  EXPECT_EQ(open()->failures().size(), 1u);

  const auto embedded = embedder_.embedded();
  report = index(kList);
  EXPECT_EQ(report.unchanged, 2);
  EXPECT_EQ(report.failed, 1) << "what failed is tried again";
  EXPECT_EQ(embedder_.embedded(), embedded + 0);
  EXPECT_EQ(captions_asked(kBread, "en"), 1);
  EXPECT_EQ(captions_asked(kTea, "en-orig"), 1);

  auto soup = FakeYoutube::video(kGone, "Soup");
  youtube_.add_captions(soup, "subtitles", "en", FakeYoutube::json3({"Carrots go into the soup first."}));
  youtube_.put(soup);
  youtube_.put_playlist("PLkitchen", {kGone, kBread});
  report = index(kList);
  EXPECT_EQ(report.indexed, 1);
  EXPECT_EQ(report.unchanged, 1);
  EXPECT_EQ(report.removed, 1);
  EXPECT_THAT(videos(), ElementsAre(FakeYoutube::url(kBread), FakeYoutube::url(kGone)));
  EXPECT_THAT(open()->failures(), SizeIs(0));
}

TEST_F(YoutubeTest, AVideoOfTwoListsStaysUntilBothLackIt) {
  youtube_.put_playlist("PLkitchen", {kBread, kTea});
  youtube_.put_playlist("PLother", {kTea});
  index(kList);
  index("https://www.youtube.com/playlist?list=PLother");
  index("https://youtu.be/" + kBread);
  EXPECT_EQ(captions_asked(kTea, "en-orig"), 1);
  youtube_.put_playlist("PLkitchen", {kGone});
  EXPECT_EQ(index(kList).removed, 0);
  EXPECT_THAT(videos(), ElementsAre(FakeYoutube::url(kBread), FakeYoutube::url(kTea)));
  youtube_.put_playlist("PLother", {kGone});
  EXPECT_EQ(index("https://www.youtube.com/playlist?list=PLother").removed, 1);
  EXPECT_THAT(videos(), ElementsAre(FakeYoutube::url(kBread)));
}

TEST_F(YoutubeTest, AListThatCannotBeHadLosesNothing) {
  youtube_.put_playlist("PLkitchen", {kBread, kTea});
  index(kList);
  youtube_.remove("PLkitchen");
  auto report = index(kList);
  EXPECT_EQ(report.removed, 0);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].file, kList);
  EXPECT_THAT(report.failures[0].reason, HasSubstr("could not be fetched: Private video."));
  youtube_.put_playlist("PLkitchen", {});
  report = index(kList);
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_THAT(report.failures[0].reason, HasSubstr("lists no videos"));
  EXPECT_THAT(videos(), SizeIs(2));
}

TEST_F(YoutubeTest, DamageIsFoundAndHealedByTheNextIndex) {
  youtube_.put_playlist("PLkitchen", {kBread, kTea});
  index(kList);
  EXPECT_TRUE(verify_library(file_).sound());
  std::vector<TimeMark> times;
  export_library(file_, Damaged::kRefuse, [&](const ExportedDocument& document) {
    if (document.document.file == FakeYoutube::url(kTea)) times = document.times;
  });
  ASSERT_THAT(times, SizeIs(3));
  EXPECT_EQ(times[2].milliseconds, 10'000);

  support::Sqlite(file_).execute(
      "UPDATE times SET milliseconds = milliseconds + 1 WHERE milliseconds = 10000 AND span_begin = " +
      std::to_string(times[2].span_begin));
  auto check = verify_library(file_);
  ASSERT_THAT(check.damages, SizeIs(1));
  EXPECT_EQ(check.damages[0].file, FakeYoutube::url(kTea));
  EXPECT_EQ(index(kList).indexed, 1);
  EXPECT_TRUE(verify_library(file_).sound());

  support::Sqlite(file_).execute("DELETE FROM playlist_videos WHERE video = CAST('" + FakeYoutube::url(kTea) +
                                 "' AS BLOB)");
  check = verify_library(file_);
  ASSERT_THAT(check.damages, SizeIs(1));
  EXPECT_EQ(check.damages[0].part, "folder");
  EXPECT_EQ(check.damages[0].file, kList);
  EXPECT_EQ(index(FakeYoutube::url(kBread)).removed, 0);
  EXPECT_EQ(index(kList).unchanged, 2);
  EXPECT_TRUE(verify_library(file_).sound());
}

TEST_F(YoutubeTest, FilesAndVideosInOneLibrary) {
  const auto folder = support::temporary_folder("documents");
  support::write_file(folder / "soup.txt", std::string("Carrots go into the soup first."));
  const std::vector<fs::path> roots = {folder, FakeYoutube::url(kTea)};
  EXPECT_EQ(open()->index(roots).indexed, 2);
  const std::vector<fs::path> files = {folder};
  fs::remove(folder / "soup.txt");
  const auto report = open()->index(files);
  EXPECT_EQ(report.removed, 1);
  EXPECT_THAT(videos(), ElementsAre(FakeYoutube::url(kTea)));
  const auto ordinary = open()->search("green tea", 1);
  ASSERT_EQ(ordinary.size(), 1u);
  ASSERT_THAT(ordinary[0].times, SizeIs(3));
  EXPECT_EQ(ordinary[0].times[1].milliseconds, 5000) << "[Music] is no speech";
}

TEST_F(YoutubeTest, AnotherLanguageIsFetchedWhereItIsAskedFor) {
  auto video = FakeYoutube::video(kGone, "Soup");
  video["language"] = "en";
  youtube_.add_captions(video, "subtitles", "en", FakeYoutube::json3({"Carrots go into the soup first."}));
  youtube_.add_captions(video, "subtitles", "de", FakeYoutube::json3({"In die Suppe kommen zuerst Karotten."}));
  youtube_.put(video);
  const std::string url = FakeYoutube::url(kGone);
  index(url);
  EXPECT_THAT(first_found("soup"), HasSubstr("Carrots go"));
  IndexOptions german;
  german.language = "de";
  EXPECT_EQ(index(url, german).indexed, 1);
  EXPECT_THAT(first_found("soup"), HasSubstr("In die Suppe"));
  EXPECT_EQ(index(url, german).unchanged, 1);
  EXPECT_EQ(index(url).unchanged, 1);
  youtube_.remove(kGone);
  german.language = "fr";
  const auto report = index(url, german);
  EXPECT_EQ(report.failed, 1);
  EXPECT_THAT(first_found("soup"), HasSubstr("In die Suppe")) << "what was there stays";
}

TEST_F(YoutubeTest, YtDlpIsRunWithoutSettingsOfItsOwn) {
  index(FakeYoutube::url(kBread));
  const std::string runs = youtube_.runs();
  for (const char* option :
       {"--ignore-config", "--no-cookies", "--no-cache-dir", "--skip-download", "-- https://www"}) {
    EXPECT_THAT(runs, HasSubstr(option));
  }
}

TEST_F(YoutubeTest, CaptionsThatAreNotJson) {
  auto video = FakeYoutube::video(kGone, "Soup");
  youtube_.add_captions(video, "subtitles", "en", "WEBVTT\n\n00:01:05.000 --> 00:01:09.000\nCarrots go first.\n",
                        "vtt");
  youtube_.put(video);
  EXPECT_EQ(index(FakeYoutube::url(kGone)).indexed, 1);
  EXPECT_THAT(first_found("carrots"), HasSubstr("Carrots go first."));
}

TEST_F(YoutubeTest, VideosWithoutCaptions) {
  youtube_.put(FakeYoutube::video(kGone, "Silent"));
  auto report = index(FakeYoutube::url(kGone));
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.failures[0].reason, "has no captions, neither by people nor automatic");
  auto video = FakeYoutube::video(kGone, "Lost");
  video["subtitles"]["en"].push_back({{"ext", "json3"}, {"url", youtube_.server().address() + "/lost.json3"}});
  video["webpage_url"] = youtube_.server().address() + "/page";  // where yt-dlp tries again
  youtube_.put(video);
  report = index(FakeYoutube::url(kGone));
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_THAT(report.failures[0].reason, HasSubstr("HTTP Error 404"));
}

TEST_F(YoutubeTest, AMissingYtDlpSaysWhatToInstall) {
  ::unsetenv("LECTERN_YT_DLP");
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  support::expect_error(ErrorCode::kNotFound, {"yt-dlp is missing", "pipx install yt-dlp"},
                        [&] { index(FakeYoutube::url(kBread)); });
  ::setenv("PATH", path.c_str(), 1);
  ::setenv("LECTERN_YT_DLP", "/no/such/program", 1);
  support::expect_error(ErrorCode::kNotFound, {"/no/such/program"}, [&] { index(FakeYoutube::url(kBread)); });
  support::expect_error(ErrorCode::kInvalidArgument, {"no address of YouTube"}, [&] { index("https://example.com/"); });
}

TEST_F(YoutubeTest, StopsWhileYtDlpWorks) {
  const auto slow = support::temporary_folder("slow") / "yt-dlp";
  support::write_file(slow, std::string("#!/bin/sh\nsleep 600\n"));
  fs::permissions(slow, fs::perms::owner_all);
  ::setenv("LECTERN_YT_DLP", slow.c_str(), 1);
  std::stop_source stop;
  IndexOptions options;
  options.stop = stop.get_token();
  std::jthread stopping([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  EXPECT_TRUE(index(kList, options).cancelled);
}

// What the worker makes of descriptions and captions, the second argument being JSON.
library::Extraction captions_of(const std::string& wishes, const Json& description) {
  return extract(library::join_parts({wishes, description.dump()}), "youtube-captions");
}

library::Extraction transcript(const Json& description, const std::string& captions, const std::string& kind = "people",
                               const std::string& format = "json3") {
  return extract(library::join_parts({kind, format, description.dump(), captions}), "youtube");
}

Json described(const std::vector<std::string>& people, const std::vector<std::string>& automatic,
               const std::string& language = "") {
  Json out = {{"title", "T"}};
  for (const auto& code : people) out["subtitles"][code] = Json::array({{{"ext", "json3"}}});
  for (const auto& code : automatic) out["automatic_captions"][code] = Json::array({{{"ext", "json3"}}});
  if (!language.empty()) out["language"] = language;
  return out;
}

TEST(YoutubeCaptions, ByLanguageThenByWhoMadeThem) {
  const auto chosen = [](const std::string& wishes, const Json& description) {
    return captions_of(wishes, description).document.text;
  };
  EXPECT_EQ(chosen("", described({"de", "en"}, {"de-orig", "de"}, "de")), "people de");
  EXPECT_EQ(chosen("", described({"de", "en-GB"}, {}, "en")), "people en-GB");
  EXPECT_EQ(chosen("", described({"fr"}, {"de-orig", "de", "en"}, "de")), "automatic de-orig");
  EXPECT_EQ(chosen("", described({"en"}, {"de", "de-orig"})), "automatic de-orig") << "its own by its captions";
  EXPECT_EQ(chosen("", described({"en", "fr"}, {}, "ja")), "people en");
  EXPECT_EQ(chosen("", described({"fr", "live_chat"}, {"en"})), "people fr");
  EXPECT_EQ(chosen("", described({}, {"sw"})), "automatic sw");
  EXPECT_EQ(chosen("fr", described({"de"}, {"de-orig", "fr"}, "de")), "automatic fr");
  EXPECT_EQ(chosen("fr,en", described({"en", "de"}, {}, "de")), "people en");
  EXPECT_EQ(chosen("zh-TW", described({"zh-Hans", "zh-TW"}, {}, "en")), "people zh-TW");
  EXPECT_EQ(chosen("zh", described({"en", "zh-Hans"}, {}, "en")), "people zh-Hans");
  EXPECT_EQ(chosen("it", described({"de"}, {}, "de")), "people de");
  EXPECT_EQ(captions_of("", described({"live_chat", "all", "-x", "a b"}, {})).failure,
            "has no captions, neither by people nor automatic");
}

TEST(YoutubeTranscript, AutomaticOnesWithoutFullStopsBecomeLines) {
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i) lines.push_back("so then we add the number " + std::to_string(i) + " to it");
  const auto out = transcript(described({}, {}), FakeYoutube::json3(lines), "automatic");
  ASSERT_EQ(out.failure, "");
  std::size_t longest = 0, begin = 0;
  const std::string& text = out.document.text;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    longest = std::max(longest, end - begin);
  }
  EXPECT_GT(longest, 60u);
  EXPECT_LT(longest, 220u);
  EXPECT_EQ(out.document.times.size(), 61u) << "the title's, and one a line that is said" << text;
}

TEST(YoutubeTranscript, SentencesOfPeopleRunOn) {
  const auto out = transcript(described({}, {}), FakeYoutube::json3({"This is", "one sentence.", "And\nanother."}));
  EXPECT_EQ(out.document.text, "T\n\nThis is one sentence. And another.");
  const auto chinese =
      transcript(described({}, {}), FakeYoutube::json3({"绿茶不能用", "沸水冲泡。水温应该", "在八十度左右。"}));
  EXPECT_EQ(chinese.document.text, "T\n\n绿茶不能用沸水冲泡。水温应该在八十度左右。");
}

TEST(YoutubeTranscript, LinesThatRollUpComeOnce) {
  const std::string vtt =
      "WEBVTT\nKind: captions\nLanguage: en\n\n"
      "00:00:01.000 --> 00:00:03.000 align:start position:0%\n \nwe<00:00:01.500><c> whisk</c><00:00:02.000><c> "
      "the</c>\n\n"
      "00:00:03.000 --> 00:00:03.010 align:start position:0%\nwe whisk the\n \n\n"
      "00:00:03.010 --> 00:00:05.000 align:start position:0%\nwe whisk the\neggs<00:00:03.500><c> slowly</c>\n\n"
      "00:00:05.000 --> 00:00:05.010 align:start position:0%\neggs slowly\n \n";
  const auto out = transcript(described({}, {}), vtt, "automatic", "vtt");
  EXPECT_EQ(out.document.text, "T\n\nwe whisk the eggs slowly") << out.failure;
  ASSERT_THAT(out.document.times, SizeIs(3));
  EXPECT_EQ(out.document.times[2].milliseconds, 3010);
}

TEST(YoutubeTranscript, BrokenInputIsAFailure) {
  const Json good = described({}, {});
  EXPECT_THAT(extract("12\nshort", "youtube").failure, HasSubstr("pieces that do not fit"));
  EXPECT_THAT(extract(library::join_parts({"", "[]"}), "youtube-captions").failure,
              HasSubstr("description that is damaged"));
  EXPECT_THAT(transcript(good, "{\"events\":[{").failure, HasSubstr("captions that are damaged"));
  EXPECT_THAT(transcript(good, FakeYoutube::json3({})).failure, HasSubstr("without a word"));
  EXPECT_THAT(transcript(good, "<p>", "people", "srv3").failure, HasSubstr("format that Lectern does not read: srv3"));
  EXPECT_THAT(transcript(good, std::string(200'000, '[')).failure, HasSubstr("damaged"));
  const auto odd = transcript({{"title", 7}, {"chapters", {{{"start_time", "x"}}}}, {"upload_date", "2024"}},
                              R"({"events":[7,{"segs":7},{"tStartMs":-5,"segs":[{"utf8":"word","tOffsetMs":1e300}]},)"
                              R"({"tStartMs":1e18,"segs":[{"utf8":"more\u0000\u001b[0m"},{"utf8":{}}]}]})");
  EXPECT_EQ(odd.failure, "");
  EXPECT_THAT(odd.document.text, AllOf(HasSubstr("word"), HasSubstr("more"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace lectern::test
