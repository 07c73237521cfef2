// Subtitles: SubRip's .srt and WebVTT.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/html_entity.h"
#include "library/extract/readers.h"
#include "library/extract/speech.h"

namespace lectern::library {
namespace {

constexpr std::int64_t kBlink = 50;  // milliseconds that nobody takes for a pause

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// "01:02:03,456", "02:03.456": milliseconds; `text` moves on behind it.
std::optional<std::int64_t> take_time(std::string_view& text) {
  std::int64_t seconds = 0, milliseconds = 0;
  std::size_t i = std::min(text.find_first_not_of(" \t"), text.size());
  for (int fields = 0;; ++fields) {
    std::int64_t value = 0;
    const std::size_t first = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9' && i - first < 6) value = value * 10 + (text[i++] - '0');
    if (i == first || fields > 2) return std::nullopt;
    seconds = seconds * 60 + value;
    if (i < text.size() && text[i] == ':') {
      ++i;
      continue;
    }
    if (fields == 0) return std::nullopt;
    break;
  }
  if (i < text.size() && (text[i] == ',' || text[i] == '.')) {
    int scale = 100;
    for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, scale /= 10) {
      milliseconds += scale * (text[i] - '0');
    }
  }
  text.remove_prefix(i);
  return seconds * 1000 + milliseconds;
}

// "00:00:01,000 --> 00:00:04,000 align:start"
bool parse_times(std::string_view line, Cue& cue) {
  const auto begin = take_time(line);
  if (!begin) return false;
  const std::size_t arrow = line.find_first_not_of(" \t");
  if (arrow == std::string_view::npos || !line.substr(arrow).starts_with("-->")) return false;
  line.remove_prefix(arrow + 3);
  const auto end = take_time(line);
  if (!end || *begin > kLongestRecording) return false;
  cue.begin = *begin;
  cue.end = *end;
  return true;
}

// Without tags and entities; "<v Anna>" becomes "Anna: ".
std::string cue_text(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '<') {
      const std::size_t end = line.find('>', i);
      if (end != std::string_view::npos) {
        const std::string_view tag = line.substr(i + 1, end - i - 1);
        const std::size_t name = tag.find(' ');
        if ((tag.starts_with("v ") || tag.starts_with("v.")) && name != std::string_view::npos) {
          out.append(tag.substr(name + 1)).append(": ");
        }
        i = end;
        continue;
      }
    }
    const std::size_t end = line[i] == '&' ? line.find(';', i) : std::string_view::npos;
    if (end != std::string_view::npos && end - i < 12) {
      out += decode_entity(line.substr(i, end - i + 1));
      i = end;
      continue;
    }
    // Styles of other programs in braces: "{\an8}".
    if (line[i] == '{' && i + 1 < line.size() && line[i + 1] == '\\' && line.find('}', i) != std::string_view::npos) {
      i = line.find('}', i);
      continue;
    }
    out += line[i];
  }
  return one_line(out);
}

std::vector<Cue> read_cues(std::string_view text) {
  const auto lines = split_lines(text);
  std::vector<Cue> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Cue cue;
    if (lines[i].find("-->") == std::string_view::npos || !parse_times(lines[i], cue)) continue;
    // An empty line ends the cue; some programs leave it out before the next one's times. A cue may begin with spaces.
    for (++i; i < lines.size() && !lines[i].empty(); ++i) {
      if (!cue.lines.empty() && one_line(lines[i]).empty()) break;
      if (Cue next; parse_times(lines[i], next)) {
        --i;
        break;
      }
      if (std::string line = cue_text(lines[i]); !line.empty()) cue.lines.push_back(std::move(line));
    }
    if (!cue.lines.empty()) out.push_back(std::move(cue));
  }
  return out;
}

// Captions that roll up show each line twice: as the new one, and above the next, without a pause.
void drop_repeated_lines(std::vector<Cue>& cues) {
  std::vector<std::string> shown;
  std::int64_t shown_until = 0;
  for (Cue& cue : cues) {
    std::vector<std::string> lines = cue.lines;
    std::size_t same = cue.begin <= shown_until + kBlink ? std::min(lines.size(), shown.size()) : 0;
    shown_until = cue.end;
    while (same > 0 && !std::equal(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(same),
                                   shown.end() - static_cast<std::ptrdiff_t>(same))) {
      --same;
    }
    cue.lines.erase(cue.lines.begin(), cue.lines.begin() + static_cast<std::ptrdiff_t>(same));
    shown = std::move(lines);
  }
}

}  // namespace

std::vector<Cue> parse_cues(std::string_view text) {
  auto cues = read_cues(text);
  std::stable_sort(cues.begin(), cues.end(), [](const Cue& a, const Cue& b) { return a.begin < b.begin; });
  drop_repeated_lines(cues);
  return cues;
}

Document read_transcript(std::string_view bytes) {
  auto cues = parse_cues(decode_text(bytes));
  if (cues.empty()) throw ExtractFailure("is no transcript: it has no line like \"00:00:01,000 --> 00:00:04,000\"");
  TextBuilder out;
  append_speech(std::move(cues), {}, out);
  return out.finish();
}

}  // namespace lectern::library
