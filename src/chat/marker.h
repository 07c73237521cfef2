// Markers in a stream of text: "[1]", "[2, 3]", "[1-3]", "[Passage 2]" cite, "[?]" says that nothing is cited.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::chat {

/// Takes characters one at a time and tells markers from text. A bracket that could still become a marker is held back.
class MarkerReader {
 public:
  struct Handler {
    std::function<void(std::string_view)> on_text;           // one character or more
    std::function<void(const std::vector<int>&)> on_marker;  // the numbers in it, unchecked; none in "[?]"
  };
  explicit MarkerReader(Handler handler) : handler_(std::move(handler)) {}

  /// `character` is one whole UTF-8 character.
  void add(std::string_view character);
  /// No more comes: an unfinished marker is dropped, any other bracket is text.
  void finish();

 private:
  void release();

  Handler handler_;
  std::string held_;  // from the opening bracket on, or empty
};

/// `text` without its markers and the space before each.
std::string without_markers(std::string_view text);

/// `text` with "[12]" as "(12)": a document's own references must not look like citations.
std::string with_round_brackets(std::string_view text);

}  // namespace lectern::chat
