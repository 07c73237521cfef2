#include "library/youtube/address.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern::library {
namespace {

constexpr std::string_view kVideoUrl = "https://www.youtube.com/watch?v=";
constexpr std::string_view kPlaylistUrl = "https://www.youtube.com/playlist?list=";
constexpr std::string_view kShortHost = "youtu.be";
constexpr std::string_view kHosts[] = {"youtube.com", "youtube-nocookie.com", "youtubekids.com", kShortHost};
constexpr std::string_view kVideoFolders[] = {"shorts", "embed", "live", "v", "e", "vi", "watch"};
constexpr std::size_t kVideoIdBytes = 11;
constexpr std::size_t kMostIdBytes = 128;

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMostIdBytes && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

bool is_video_id(std::string_view text) { return text.size() == kVideoIdBytes && is_id(text); }

// Up to the first of `ends`; `text` moves on behind it.
std::string_view take(std::string_view& text, std::string_view ends) {
  const std::size_t end = std::min(text.find_first_of(ends), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

struct Parts {
  std::string host;  // without "www.", "m.", "music."
  std::array<std::string_view, 2> folders;
  std::string_view video, list;  // parameters
};

std::string_view without_scheme(std::string_view text) {
  const std::string lower = lower_case(text.substr(0, 8));
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (lower.starts_with(scheme)) return text.substr(scheme.size());
  }
  return text;
}

std::string host_of(std::string_view authority) {
  std::string host = lower_case(authority);
  for (const std::string_view port : {":443", ":80"}) {
    if (host.ends_with(port)) host.resize(host.size() - port.size());
  }
  for (const std::string_view part : {"www.", "m.", "music.", "gaming."}) {
    if (host.starts_with(part)) return host.substr(part.size());
  }
  return host;
}

Parts split(std::string_view text) {
  Parts parts;
  text = without_scheme(text);
  text = text.substr(0, text.find('#'));
  const std::size_t authority = std::min(text.find_first_of("/?"), text.size());
  parts.host = host_of(text.substr(0, authority));
  text.remove_prefix(authority);
  std::string_view path = take(text, "?");
  for (std::size_t i = 0; i < parts.folders.size() && !path.empty();) {
    if (const auto folder = take(path, "/"); !folder.empty()) parts.folders[i++] = folder;
  }
  while (!text.empty()) {
    std::string_view value = take(text, "&");
    const auto name = take(value, "=");
    if (name == "v" && parts.video.empty()) parts.video = value;
    if (name == "list" && parts.list.empty()) parts.list = value;
  }
  return parts;
}

// The video that the path or a parameter names; may be malformed.
std::string_view video_of(const Parts& parts) {
  const auto& [first, second] = parts.folders;
  if (parts.host == kShortHost) return first;
  if (!parts.video.empty()) return parts.video;
  const bool named = std::find(std::begin(kVideoFolders), std::end(kVideoFolders), first) != std::end(kVideoFolders);
  return named && second != "videoseries" ? second : std::string_view();
}

// Lists that nobody else sees alike: mixes begin with RD.
bool is_of_one_viewer(std::string_view list) {
  return list.starts_with("RD") || list == "WL" || list == "LL" || list == "LM" || list == "HL";
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, quoted(std::filesystem::path(text)) + " " + why);
}

bool is_known_host(std::string_view host) {
  return std::find(std::begin(kHosts), std::end(kHosts), host) != std::end(kHosts);
}

}  // namespace

std::string Address::url() const { return std::string(kind == Kind::kVideo ? kVideoUrl : kPlaylistUrl) + id; }

bool is_address(std::string_view text) {
  return without_scheme(text).size() < text.size() || (text.find('/') < text.size() && is_known_host(split(text).host));
}

Address parse_address(std::string_view text) {
  const Parts parts = split(text);
  if (!is_known_host(parts.host)) {
    refuse(text, "is no address of YouTube: Lectern reads folders, files, and videos and playlists of YouTube.");
  }
  const auto video = video_of(parts);
  const bool has_list = !parts.list.empty();
  if (has_list && !is_id(parts.list)) refuse(text, "names a playlist that cannot be one: copy its address again.");
  if (has_list && !is_of_one_viewer(parts.list)) return {Address::Kind::kPlaylist, std::string(parts.list)};
  if (is_video_id(video)) return {Address::Kind::kVideo, std::string(video)};
  if (!video.empty()) refuse(text, "names a video that cannot be one (its id has 11 letters): copy its address again.");
  if (has_list) {
    refuse(text, "is a list that YouTube makes for one viewer: name a playlist that others can see, or single videos.");
  }
  refuse(text, "is no video and no playlist: open one on YouTube and copy its address.");
}

bool is_video_url(std::string_view path) {
  return path.starts_with(kVideoUrl) && is_video_id(path.substr(kVideoUrl.size()));
}

}  // namespace lectern::library
