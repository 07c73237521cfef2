// What a terminal may be shown, and what it can show.
#pragma once

#include <string>
#include <string_view>

namespace lectern::cli {

bool is_terminal(int descriptor);
int terminal_width(int descriptor);  // columns; 80 where it is not known
bool has_colour(int descriptor);     // a terminal, and NO_COLOR is not set

/// Takes out control characters and escape sequences, which could redraw or misuse a terminal; keeps line breaks and
/// tabs. State runs on from piece to piece, so that a sequence in two pieces is found.
class ControlFilter {
 public:
  std::string add(std::string_view text);

 private:
  enum class State { kText, kEscape, kSequence, kString, kStringEscape };
  bool keeps(unsigned char byte);

  State state_ = State::kText;
  int length_ = 0;  // of the sequence so far: an unfinished one must not swallow everything after it
};

/// A whole text through the filter.
std::string printable(std::string_view text);

/// The same on one line.
std::string one_line(std::string_view text);

/// `text` in lines of at most `width` columns, each after `indent`.
std::string wrapped(std::string_view text, std::string_view indent, int width);

/// `text` dimmed on a terminal that has colours.
std::string dim(std::string_view text, int descriptor);

/// `file` relative to the working directory where that is shorter.
std::string shown_path(const std::string& file);

}  // namespace lectern::cli
