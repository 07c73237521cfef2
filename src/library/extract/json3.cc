// YouTube's captions in JSON: events of segments, each with the time at which it is said.
#include <algorithm>

#include "library/extract/failure.h"
#include "library/extract/json_fields.h"
#include "library/extract/speech.h"

namespace lectern::library {
namespace {

constexpr std::int64_t kLastWord = 400;  // milliseconds that the last word of an event lasts, about

std::int64_t milliseconds(const Json& object, const char* name) {
  return static_cast<std::int64_t>(number_field(object, name, static_cast<double>(kLongestRecording)).value_or(0));
}

void append_lines(std::string_view text, std::vector<std::string>& out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (std::string line = one_line(text.substr(0, end)); !line.empty()) out.push_back(std::move(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Events that only move the lines up hold nothing but a line feed.
Cue parse_event(const Json& event) {
  Cue cue;
  cue.begin = milliseconds(event, "tStartMs");
  cue.end = cue.begin + milliseconds(event, "dDurationMs");
  const Json& segments = field(event, "segs");
  if (!segments.is_array()) return cue;
  std::string text;
  std::int64_t last_word = 0;
  for (const Json& segment : segments) {
    const Json& piece = field(segment, "utf8");
    if (piece.is_string()) text += clean_text(piece.get_ref<const std::string&>());
    last_word = std::max(last_word, milliseconds(segment, "tOffsetMs"));
  }
  // Words of their own times stay on the screen long after they were said.
  if (last_word > 0) cue.end = std::min(cue.end, cue.begin + last_word + kLastWord);
  append_lines(text, cue.lines);
  return cue;
}

}  // namespace

std::vector<Cue> parse_json3(std::string_view bytes) {
  const Json json = Json::parse(bytes, nullptr, false);
  const Json& events = field(json, "events");
  if (!events.is_array()) throw ExtractFailure("has captions that are damaged");
  std::vector<Cue> out;
  for (const Json& event : events) {
    if (Cue cue = parse_event(event); !cue.lines.empty()) out.push_back(std::move(cue));
  }
  return out;
}

}  // namespace lectern::library
