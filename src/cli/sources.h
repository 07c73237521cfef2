// The sources of an answer, for a person.
#pragma once

#include <span>
#include <string>

#include "lectern/chat.h"
#include "lectern/library.h"

namespace lectern::cli {

/// "guide.pdf, page 3", "talk.srt, 1:23", or the link to a video's moment
std::string place(const Passage& passage);
std::string place(const Citation& citation);

/// One line each: [1] guide.pdf, page 3: "…". Numbers in order, a quote once.
std::string citation_lines(const Answer& answer);

/// Each with its number, its place and its text, `lines` of it at most (0: all).
std::string passage_lines(std::span<const Passage> passages, int lines);

}  // namespace lectern::cli
