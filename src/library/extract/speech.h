// Captions to running text that knows when each part is said.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "library/extract/text_builder.h"

namespace lectern::library {

/// What is shown, and said, at one time.
struct Cue {
  std::int64_t begin = 0, end = 0;  // milliseconds
  std::vector<std::string> lines;
};

struct Chapter {
  std::int64_t begin = 0;  // milliseconds
  std::string title;
};

inline constexpr std::int64_t kLongestRecording = std::int64_t{1000} * 60 * 60 * 1000;  // milliseconds

/// Cues become sentences and paragraphs; where nobody wrote full stops, lines that end at pauses. Chapters become
/// headings of level 2.
void append_speech(std::vector<Cue> cues, std::span<const Chapter> chapters, TextBuilder& out);

/// SubRip and WebVTT, already decoded: in the order of time. Lines that roll up come once.
std::vector<Cue> parse_cues(std::string_view text);
/// YouTube's own captions in JSON. Throws ExtractFailure.
std::vector<Cue> parse_json3(std::string_view bytes);

}  // namespace lectern::library
