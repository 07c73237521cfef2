#include "library/youtube/yt_dlp.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/paths.h"
#include "lectern/error.h"
#include "library/child_process.h"
#include "library/youtube/address.h"

namespace lectern::library {
namespace {

// Wall-clock seconds. yt-dlp gives up by itself much earlier, but for servers that send a byte now and then.
constexpr double kListSeconds = 1800;  // a page of 100 videos takes about one
constexpr double kVideoSeconds = 180;
constexpr std::string_view kVideoWarning = "WARNING: [youtube";
constexpr std::size_t kMostOutput = std::size_t{16} << 20;
constexpr std::int64_t kMostFile = std::int64_t{64} << 20;
constexpr std::size_t kMostReason = 300;  // bytes

std::filesystem::path find_program() {
  if (const char* named = std::getenv("LECTERN_YT_DLP"); named != nullptr && *named != '\0') {
    if (::access(named, X_OK) == 0) return named;
    throw Error(ErrorCode::kNotFound, "LECTERN_YT_DLP names " + quoted(named) +
                                          ", which is no program that can be run: correct it, or unset it.");
  }
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::filesystem::path program = std::filesystem::path(rest.substr(0, end)) / "yt-dlp";
    std::error_code ignored;
    if (program.is_absolute() && std::filesystem::is_regular_file(program, ignored) &&
        ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  throw Error(
      ErrorCode::kNotFound,
      "The program yt-dlp is missing, which asks YouTube for transcripts: install it (`pipx install yt-dlp`, or "
      "from your system's packages where they are recent), or name it in LECTERN_YT_DLP.");
}

// "ERROR: [youtube] abcdefghijk: Private video." to "Private video."
std::string_view without_prefix(std::string_view line) {
  line.remove_prefix(std::min(line.find(": "), line.size() - 2) + 2);
  if (line.starts_with("[")) line.remove_prefix(std::min(line.find(']') + 1, line.size()));
  const std::size_t colon = line.find(": ");
  const bool id = colon != std::string_view::npos && line.substr(0, colon).find(' ', 1) == std::string_view::npos;
  if (id) line.remove_prefix(colon + 2);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  // Advice for users of yt-dlp itself.
  for (const std::string_view advice : {"; please report this issue", " Use --cookies", ". Use --"}) {
    line = line.substr(0, line.find(advice));
  }
  return line;
}

// What yt-dlp said last at that level; of warnings those alone that are about a video or a list.
std::string last_message(std::string_view said, std::string_view level) {
  std::string_view found;
  while (!said.empty()) {
    const std::size_t end = std::min(said.find('\n'), said.size());
    if (said.starts_with(level)) found = without_prefix(said.substr(0, end));
    said.remove_prefix(std::min(end + 1, said.size()));
  }
  std::string text = to_valid_utf8(found.substr(0, kMostReason));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::string reason_of(const ChildResult& result) {
  if (result.end == ChildResult::End::kOutOfTime) return "took yt-dlp too long";
  if (result.end == ChildResult::End::kTooMuchOutput) return "has a list that is too long";
  const std::string said = last_message(result.said, "ERROR: ");
  return "could not be fetched: " + (said.empty() ? "yt-dlp failed without a word" : said);
}

ChildOptions child(const std::filesystem::path& program, std::vector<std::string> arguments, double seconds) {
  ChildOptions options;
  options.program = program;
  options.arguments = {
      "yt-dlp",         "--ignore-config", "--no-cookies",  "--no-cookies-from-browser", "--no-cache-dir",
      "--no-update",    "--quiet",         "--no-progress", "--socket-timeout",          "20",
      "--skip-download"};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.wall_seconds = seconds;
  options.output_bytes = kMostOutput;
  options.file_bytes = kMostFile;
  return options;
}

// A template of yt-dlp's for file names: "%" begins a field.
std::string escaped(const std::filesystem::path& path) {
  std::string out;
  for (const char c : path.native()) out.append(c == '%' ? 2 : 1, c);
  return out;
}

}  // namespace

YtDlp::YtDlp() : program_(find_program()) {}

Listing YtDlp::list(const std::string& playlist, const std::stop_token& stop) const {
  const ChildResult result = run_child(
      child(program_, {"--flat-playlist", "--yes-playlist", "--print", "%(id)s", "--", playlist}, kListSeconds), stop);
  Listing out;
  std::set<std::string> seen;
  std::string_view rest(reinterpret_cast<const char*>(result.output.data()), result.output.size());
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string url = Address{Address::Kind::kVideo, std::string(rest.substr(0, end))}.url();
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (is_video_url(url) && seen.insert(url).second) out.videos.push_back(std::move(url));
  }
  if (!result.succeeded()) {
    out.failure = reason_of(result);
  } else if (out.videos.empty()) {
    out.failure = "lists no videos: it is empty, or YouTube does not show them";
  }
  return out;
}

Description YtDlp::describe(const std::string& video, bool translated, const std::filesystem::path& folder,
                            const std::stop_token& stop) const {
  // Captions can be had of many a video whose pictures cannot.
  const std::vector<std::string> arguments = {
      "--no-playlist",
      "--write-info-json",
      "--ignore-no-formats-error",
      "--extractor-args",
      std::string("youtube:skip=hls,dash") + (translated ? "" : ",translated_subs"),
      "--output",
      escaped(folder) + "/video.%(ext)s",
      "--",
      video};
  const ChildResult result = run_child(child(program_, arguments, kVideoSeconds), stop);
  if (!result.succeeded()) return {reason_of(result), ""};
  return {"", last_message(result.said, kVideoWarning)};
}

std::string YtDlp::fetch_captions(std::string_view language, bool automatic, const std::filesystem::path& folder,
                                  const std::stop_token& stop) const {
  const std::vector<std::string> arguments = {"--no-playlist",
                                              automatic ? "--write-auto-subs" : "--write-subs",
                                              "--sub-langs",
                                              std::string(language),
                                              "--sub-format",
                                              "json3/vtt/srt",
                                              "--ignore-no-formats-error",
                                              "--output",
                                              escaped(folder) + "/captions.%(ext)s",
                                              "--load-info-json",
                                              (folder / "video.info.json").native()};
  const ChildResult result = run_child(child(program_, arguments, kVideoSeconds), stop);
  return result.succeeded() ? "" : reason_of(result);
}

}  // namespace lectern::library
