// The many ways to write where a video or a playlist is.
#pragma once

#include <string>
#include <string_view>

namespace lectern::library {

struct Address {
  enum class Kind { kVideo, kPlaylist };
  Kind kind = Kind::kVideo;
  std::string id;

  /// "https://www.youtube.com/watch?v=ID", "https://www.youtube.com/playlist?list=ID": as libraries hold it.
  std::string url() const;
};

/// Whether `text` is meant as a web address rather than as a path: "https://…", "youtu.be/…", "www.youtube.com/…".
bool is_address(std::string_view text);

/// Understands addresses as YouTube's pages, players, apps and share buttons write them, with any other parameters. A
/// video that is shown within a playlist means the playlist, but where that is made for one viewer (mixes, "Watch
/// later", liked videos): then it means the video alone. Throws Error kInvalidArgument where it is neither.
Address parse_address(std::string_view text);

/// Whether a path of the library is a video's address.
bool is_video_url(std::string_view path);

}  // namespace lectern::library
