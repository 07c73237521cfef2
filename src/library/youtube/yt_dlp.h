// The program yt-dlp, which knows how to ask YouTube.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::library {

struct Listing {
  std::vector<std::string> videos;  // their addresses, each once, in the playlist's order
  std::string failure;              // why the list may lack some, to be read after the playlist's address; or empty
};

struct Description {
  std::string failure;  // why there is none, to be read after the video's address; or empty
  std::string warning;  // what yt-dlp complained of meanwhile, or empty
};

/// It is run without a shell, reads no configuration and no cookies, and downloads no video. What it writes is for the
/// worker process to look at.
class YtDlp {
 public:
  /// $LECTERN_YT_DLP, else what PATH holds. Throws Error kNotFound.
  YtDlp();

  /// Throws Error: kCancelled, kIo, as the others.
  Listing list(const std::string& playlist, const std::stop_token& stop) const;

  /// Writes what YouTube tells of a video to FOLDER/video.info.json. `translated`: with captions that YouTube would
  /// translate by machine.
  Description describe(const std::string& video, bool translated, const std::filesystem::path& folder,
                       const std::stop_token& stop) const;

  /// Writes captions in one language of a video that was described in `folder` to FOLDER/captions.LANGUAGE.FORMAT.
  /// Returns why it could not, to be read after the video's address; or nothing.
  std::string fetch_captions(std::string_view language, bool automatic, const std::filesystem::path& folder,
                             const std::stop_token& stop) const;

 private:
  std::filesystem::path program_;
};

}  // namespace lectern::library
