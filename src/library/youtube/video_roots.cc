#include "library/youtube/video_roots.h"

#include <map>

#include "library/seal.h"

namespace lectern::library {

std::vector<FoundFile> VideoRoots::videos(const std::string& type) const {
  std::vector<FoundFile> out;
  std::set<std::string> seen;
  const auto add = [&](const std::string& url) {
    if (!seen.insert(url).second) return;
    FoundFile& video = out.emplace_back();
    video.path = url;
    video.type = type;
  };
  for (const Address& address : addresses) {
    if (address.kind == Address::Kind::kVideo) add(address.url());
  }
  for (const Playlist& playlist : playlists) {
    for (const std::string& video : playlist.listing.videos) add(video);
  }
  return out;
}

void VideoRoots::add(Store& store) const {
  for (const Address& address : addresses) store.put_folder(address.url());
  Statement insert(store.database(), "INSERT OR IGNORE INTO playlist_videos (playlist, video) VALUES (?, ?)");
  for (const auto& [url, listing] : playlists) {
    for (const std::string& video : listing.videos) insert.bind_blob(0, url).bind_blob(1, video).run();
    put_folder_seal(store.database(), url);
  }
}

std::set<std::string> VideoRoots::gone(Database& database) const {
  std::map<std::string, std::set<std::string>> lists;  // of what is complete
  for (const auto& [url, listing] : playlists) {
    if (listing.failure.empty()) lists[url] = {listing.videos.begin(), listing.videos.end()};
  }
  std::set<std::string> left, held;
  Statement rows(database, "SELECT playlist, video FROM playlist_videos UNION ALL SELECT path, path FROM folders");
  while (rows.step()) {
    const auto list = lists.find(std::string(rows.blob(0)));
    std::string video(rows.blob(1));
    const bool lacks = list != lists.end() && video != list->first && !list->second.contains(video);
    (lacks ? left : held).insert(std::move(video));
  }
  std::erase_if(left, [&](const auto& video) { return held.contains(video); });
  return left;
}

void VideoRoots::forget_gone(Database& database) const {
  Statement forget(database, "DELETE FROM playlist_videos WHERE playlist = ?");
  Statement insert(database, "INSERT INTO playlist_videos (playlist, video) VALUES (?, ?)");
  for (const auto& [url, listing] : playlists) {
    if (!listing.failure.empty()) continue;
    forget.bind_blob(0, url).run();
    for (const std::string& video : listing.videos) insert.bind_blob(0, url).bind_blob(1, video).run();
    put_folder_seal(database, url);
  }
}

VideoRoots take_addresses(std::span<const std::filesystem::path> roots, std::vector<std::filesystem::path>& folders) {
  VideoRoots out;
  for (const auto& root : roots) {
    if (is_address(root.native())) {
      out.addresses.push_back(parse_address(root.native()));
    } else {
      folders.push_back(root);
    }
  }
  return out;
}

void list_playlists(VideoRoots& roots, const YtDlp& yt_dlp, const std::stop_token& stop) {
  for (const Address& address : roots.addresses) {
    if (address.kind != Address::Kind::kPlaylist) continue;
    std::string url = address.url();
    Listing listing = yt_dlp.list(url, stop);
    roots.playlists.push_back({std::move(url), std::move(listing)});
  }
}

}  // namespace lectern::library
