// The real yt-dlp, with descriptions of videos that a test wrote in place of YouTube's, and captions from loopback.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "loopback_server.h"

namespace lectern::test {

class FakeYoutube {
 public:
  using Json = nlohmann::json;

  /// Writes into `folder`, which must exist.
  explicit FakeYoutube(std::filesystem::path folder) : folder_(std::move(folder)) {
    const auto real = std::filesystem::absolute(kYtDlp);
    std::ofstream(program()) << "#!/bin/bash\n"
                             << "echo \"$*\" >> '" << log().native() << "'\n"
                             << "case \"$*\" in *--load-info-json*) exec '" << real.native() << "' \"$@\";; esac\n"
                             << "id=${!#}; id=${id##*=}\n"
                             << "info='" << folder_.native() << "'/$id.json\n"
                             << "if [[ ! -e $info ]]; then\n"
                             << "  echo \"ERROR: [youtube] $id: Private video. Sign in if you may see it. Use "
                                "--cookies for the authentication.\" >&2; exit 1\n"
                             << "fi\n"
                             << "exec '" << real.native()
                             << "' \"${@:1:$#-2}\" --no-clean-info-json --load-info-json \"$info\"\n";
    std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
  }

  /// scripts/setup installs it.
  static bool is_installed() { return std::filesystem::exists(kYtDlp); }

  /// A script in place of yt-dlp, for LECTERN_YT_DLP.
  std::filesystem::path program() const { return folder_ / "yt-dlp"; }
  LoopbackServer& server() { return server_; }

  /// The arguments of each run so far, one line each.
  std::string runs() const {
    std::ifstream file(log());
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::string url(const std::string& id) { return "https://www.youtube.com/watch?v=" + id; }

  /// A description without captions.
  static Json video(const std::string& id, const std::string& title) {
    return {{"id", id},
            {"title", title},
            {"extractor", "youtube"},
            {"extractor_key", "Youtube"},
            {"webpage_url", url(id)},
            {"formats", Json::array({{{"url", "http://127.0.0.1:9/video.mp4"}, {"format_id", "18"}, {"ext", "mp4"}}})}};
  }

  /// Adds captions of `kind` ("subtitles", "automatic_captions") that the server has at "/ID.LANGUAGE.FORMAT".
  void add_captions(Json& video, const std::string& kind, const std::string& language, const std::string& content,
                    const std::string& format = "json3") {
    const std::string path = "/" + video["id"].get<std::string>() + "." + language + "." + format;
    server_.put(path, content);
    video[kind][language].push_back({{"ext", format}, {"url", server_.address() + path}});
  }

  void put(const Json& video) { write(video["id"], video); }
  void remove(const std::string& id) { std::filesystem::remove(folder_ / (id + ".json")); }

  void put_playlist(const std::string& id, const std::vector<std::string>& videos) {
    Json entries = Json::array();
    for (const auto& video : videos) {
      entries.push_back({{"_type", "url"}, {"id", video}, {"url", url(video)}, {"ie_key", "Youtube"}, {"title", "?"}});
    }
    write(id, {{"_type", "playlist"},
               {"id", id},
               {"title", "A list"},
               {"extractor", "youtube:tab"},
               {"extractor_key", "YoutubeTab"},
               {"webpage_url", "https://www.youtube.com/playlist?list=" + id},
               {"entries", entries}});
  }

  /// YouTube's JSON of lines that are said every five seconds, from second `begin` on.
  static std::string json3(const std::vector<std::string>& lines, int begin = 0) {
    Json events = Json::array();
    for (const auto& line : lines) {
      events.push_back({{"tStartMs", begin * 1000}, {"dDurationMs", 4800}, {"segs", Json::array({{{"utf8", line}}})}});
      begin += 5;
    }
    return Json({{"wireMagic", "pb3"}, {"events", events}}).dump();
  }

 private:
  static constexpr const char* kYtDlp = ".venv/bin/yt-dlp";  // tests run in the source folder

  std::filesystem::path log() const { return folder_ / "runs.log"; }
  void write(const std::string& id, const Json& json) { std::ofstream(folder_ / (id + ".json")) << json.dump(); }

  std::filesystem::path folder_;
  LoopbackServer server_;
};

}  // namespace lectern::test
