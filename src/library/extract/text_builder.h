// Builds a document's text piece by piece.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "library/document.h"

namespace lectern::library {

/// Pieces are clean UTF-8 (see clean_text). White space between words is one space; breaks come where they are asked
/// for, once, and never at the text's beginning or end.
class TextBuilder {
 public:
  void text(std::string_view piece);      // runs of white space become one space
  void verbatim(std::string_view piece);  // code: its spaces as they are
  void tab() { ask(Break::kTab); }        // between the cells of a row
  void line_break() { ask(Break::kLine); }
  void paragraph() { ask(Break::kParagraph); }
  /// Until `end_heading`, text is a heading of `level` (clamped to 1…9) in a paragraph of its own.
  void begin_heading(int level);
  void end_heading();
  void title(std::string_view title);
  /// What follows is said at that moment of a recording.
  void time(std::int64_t milliseconds);
  /// What follows stands on page `number`, which is higher than the last one's.
  void page(int number);

  /// Ends a heading that is still open.
  Document finish();

 private:
  enum class Break { kNone, kSpace, kTab, kLine, kParagraph };
  void ask(Break kind);
  void settle();  // writes the break that was asked for
  void end_page();

  Document document_;
  Break pending_ = Break::kNone;
  bool in_heading_ = false;
  std::optional<std::int64_t> time_;  // of the next piece
  Heading heading_;
  Page page_;  // number 0: none
};

/// White space collapsed to single spaces, none at the ends.
std::string one_line(std::string_view text);

}  // namespace lectern::library
