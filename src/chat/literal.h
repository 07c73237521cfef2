// What a sentence must take over exactly: numbers, options, paths and names of code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lectern::chat {

/// The words of `text` that have a digit, begin with a dash, hold a slash, an underscore, a dollar or a dot between
/// letters, or mix small letters and capitals. In lower case, without the punctuation around them, each once.
std::vector<std::string> literals(std::string_view text);

/// A text to look literals up in.
class LiteralText {
 public:
  explicit LiteralText(std::string_view text);

  /// Whether the text has `literal`, as `literals` gives it: as a word of its own, or, where it is a number with its
  /// unit, the number ("80°C" in "80 degrees"), a small one in words too.
  bool holds(std::string_view literal) const;

 private:
  std::string text_;
  std::string joined_;  // without the spaces after dashes, slashes and underscores
};

}  // namespace lectern::chat
