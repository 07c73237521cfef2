// The videos that `index` was given.
#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "library/store.h"
#include "library/walk.h"
#include "library/youtube/address.h"
#include "library/youtube/yt_dlp.h"

namespace lectern::library {

struct VideoRoots {
  struct Playlist {
    std::string url;
    Listing listing;
  };
  std::vector<Address> addresses;
  std::vector<Playlist> playlists;

  /// All videos, each once, with what makes them differ from files: no size, no time stamp.
  std::vector<FoundFile> videos(const std::string& type) const;
  /// Adds the addresses and what the playlists hold, inside the caller's transaction.
  void add(Store& store) const;
  /// Videos that a playlist held, that its complete list lacks by now, and that nothing else holds.
  std::set<std::string> gone(Database& database) const;
  /// Forgets what complete lists lack by now, inside the caller's transaction.
  void forget_gone(Database& database) const;
};

/// The addresses among `roots`; the others become `folders`. Throws as parse_address does.
VideoRoots take_addresses(std::span<const std::filesystem::path> roots, std::vector<std::filesystem::path>& folders);

/// Asks what the playlists hold.
void list_playlists(VideoRoots& roots, const YtDlp& yt_dlp, const std::stop_token& stop);

}  // namespace lectern::library
