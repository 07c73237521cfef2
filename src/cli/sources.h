// The sources of an answer, for a person.
#pragma once

#include <span>
#include <string>

#include "lectern/chat.h"
#include "lectern/library.h"

namespace lectern::cli {

/// "guide.pdf, page 3"
std::string place(const std::string& file, const std::optional<int>& page);

/// One line each: [1] guide.pdf, page 3: "…". Numbers in order, a quote once.
std::string citation_lines(const Answer& answer);

/// Each with its number, its place and its text, `lines` of it at most (0: all).
std::string passage_lines(std::span<const Passage> passages, int lines);

}  // namespace lectern::cli
