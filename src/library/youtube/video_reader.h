// From a video's address to its transcript.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "library/extractor.h"
#include "library/youtube/yt_dlp.h"

namespace lectern::library {

/// What a document's type begins with where it is a video; behind it may stand "/de,en": the languages asked for.
inline constexpr std::string_view kVideoType = "youtube";
std::string video_type(const std::string& languages);

/// Safe to use from several threads.
class VideoReader {
 public:
  /// `yt_dlp` must outlive it.
  explicit VideoReader(const YtDlp& yt_dlp) : yt_dlp_(yt_dlp) {}

  /// `type`: "youtube", or "youtube/de,en": with the languages wished for, best first. Throws Error: kCancelled, kIo
  /// (no program can be started, no temporary file written).
  Extraction read(const std::string& url, const std::string& type, const ExtractLimits& limits,
                  const std::stop_token& stop) const;

 private:
  const YtDlp& yt_dlp_;
  Extractor extractor_;
};

}  // namespace lectern::library
