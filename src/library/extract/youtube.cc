// Videos of YouTube: what yt-dlp tells of one, and its captions.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "library/extract/failure.h"
#include "library/extract/json_fields.h"
#include "library/extract/readers.h"
#include "library/extract/speech.h"
#include "library/youtube/language.h"
#include "library/youtube/parts.h"

namespace lectern::library {
namespace {

constexpr std::string_view kOriginal = "-orig";  // ends the code of captions that were not translated

std::vector<std::string_view> parts_of(std::string_view bytes, std::size_t count) {
  auto parts = split_parts(bytes, count);
  if (!parts) throw ExtractFailure("was handed on in pieces that do not fit");
  return *std::move(parts);
}

Json parse_description(std::string_view bytes) {
  Json json = Json::parse(bytes, nullptr, false);
  if (!json.is_object()) throw ExtractFailure("has a description that is damaged");
  return json;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view primary(std::string_view code) { return code.substr(0, code.find_first_of("-_")); }

// How well `code` serves who wants `wish`: 0 best, 3 not at all.
int distance(std::string_view code, std::string_view wish) {
  std::string have = lower_case(code);
  const std::string want = lower_case(wish);
  if (have == want || have == want + std::string(kOriginal)) return 0;
  if (have.starts_with(want + "-")) return 1;
  return primary(have) == primary(want) ? 2 : 3;
}

// The captions of one kind.
class Captions {
 public:
  explicit Captions(const Json& by_language) {
    if (!by_language.is_object()) return;
    for (const auto& [code, formats] : by_language.items()) {
      const bool captions = code != "live_chat" && is_language(code) && formats.is_array() && !formats.empty();
      if (captions) codes_.push_back(code);
    }
    // The same language twice: as it was said, and "translated" into itself.
    std::stable_partition(codes_.begin(), codes_.end(), [](const auto& code) { return code.ends_with(kOriginal); });
  }

  std::string in(std::string_view wish) const {
    const auto best = std::min_element(codes_.begin(), codes_.end(), [&](const auto& a, const auto& b) {
      return distance(a, wish) < distance(b, wish);
    });
    return best == codes_.end() || distance(*best, wish) == 3 ? "" : *best;
  }
  std::string original() const { return codes_.empty() || !codes_.front().ends_with(kOriginal) ? "" : codes_.front(); }
  std::string any() const { return codes_.empty() ? "" : codes_.front(); }

 private:
  std::vector<std::string> codes_;
};

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (const auto code = text.substr(0, end); is_language(code)) out.emplace_back(code);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// "people de", "automatic en-orig". In each language wished for, then in the video's own, what people wrote comes
// before what a machine heard; then people's English, people's anything, and what else a machine wrote.
std::string choose_captions(const Json& video, std::string_view wishes) {
  const Captions people(field(video, "subtitles")), automatic(field(video, "automatic_captions"));
  std::vector<std::string> languages = split_list(wishes);
  std::string own = text_field(video, "language");
  if (own.empty()) own = automatic.original().substr(0, automatic.original().rfind(kOriginal));
  if (is_language(own)) languages.push_back(own);
  for (const auto& language : languages) {
    if (auto code = people.in(language); !code.empty()) return "people " + code;
    if (auto code = automatic.in(language); !code.empty()) return "automatic " + code;
  }
  for (auto code : {people.in("en"), people.any()}) {
    if (!code.empty()) return "people " + code;
  }
  for (auto code : {automatic.original(), automatic.in("en"), automatic.any()}) {
    if (!code.empty()) return "automatic " + code;
  }
  throw ExtractFailure("has no captions, neither by people nor automatic");
}

// "20240501" to "2024-05-01".
std::string date_of(const Json& video) {
  for (const char* name : {"release_date", "upload_date"}) {
    const std::string date = text_field(video, name);
    const bool digits = std::all_of(date.begin(), date.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (date.size() == 8 && digits) return date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6);
  }
  return "";
}

std::vector<Chapter> chapters_of(const Json& video) {
  std::vector<Chapter> out;
  const Json& chapters = field(video, "chapters");
  if (!chapters.is_array()) return out;
  for (const Json& chapter : chapters) {
    const auto begin = number_field(chapter, "start_time", static_cast<double>(kLongestRecording) / 1000);
    std::string title = text_field(chapter, "title");
    if (begin && !title.empty()) out.push_back({static_cast<std::int64_t>(*begin * 1000), std::move(title)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  return out;
}

// "[Music]": what a machine heard that was no word.
bool is_noise(const Cue& cue) {
  return std::all_of(cue.lines.begin(), cue.lines.end(), [](const std::string& line) {
    return line.front() == '[' && line.find(']') == line.size() - 1 && line.size() < 40;
  });
}

void append_head(const Json& video, TextBuilder& out) {
  const std::string title = text_field(video, "title"), date = date_of(video);
  std::string channel = text_field(video, "channel");
  if (channel.empty()) channel = text_field(video, "uploader");
  out.title(title);
  out.time(0);
  out.begin_heading(1);
  out.text(title);
  out.end_heading();
  if (channel.empty() && date.empty()) return;
  out.text("Video" + (channel.empty() ? "" : " by " + channel) + (date.empty() ? "" : ", published on " + date) + ".");
  out.paragraph();
}

}  // namespace

Document read_youtube_captions(std::string_view bytes) {
  const auto parts = parts_of(bytes, 2);
  Document out;
  out.text = choose_captions(parse_description(parts[1]), parts[0]);
  return out;
}

Document read_youtube(std::string_view bytes) {
  const auto parts = parts_of(bytes, 4);
  const std::string_view kind = parts[0], format = parts[1];
  const Json video = parse_description(parts[2]);
  std::vector<Cue> cues;
  if (format == "json3") {
    cues = parse_json3(parts[3]);
  } else if (format == "vtt" || format == "srt") {
    cues = parse_cues(decode_text(parts[3]));
  } else {
    throw ExtractFailure("has captions in a format that Lectern does not read: " + one_line(clean_text(format)));
  }
  if (kind == "automatic") std::erase_if(cues, is_noise);
  if (cues.empty()) throw ExtractFailure("has captions without a word");
  TextBuilder out;
  append_head(video, out);
  append_speech(std::move(cues), chapters_of(video), out);
  return out.finish();
}

}  // namespace lectern::library
