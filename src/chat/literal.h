// What a sentence must take over exactly: numbers, options, paths and names of code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lectern::chat {

/// The words of `text` that have a digit, begin with a dash, hold a slash, an underscore, a dollar or a dot between
/// letters, or mix small letters and capitals. In lower case, without the punctuation around them, each once.
std::vector<std::string> literals(std::string_view text);

/// The words of `text` that name something: with a capital inside the text, with digits and letters together, or
/// without a vowel ("zstd"). In lower case, in order.
std::vector<std::string> names(std::string_view text);

/// A text to look literals up in.
class LiteralText {
 public:
  explicit LiteralText(std::string_view text);

  /// Whether the text has `literal`, as `literals` gives it: as a word of its own, or, where it is a number with its
  /// unit, the number ("80°C" in "80 degrees"), a small one in words too.
  bool holds(std::string_view literal) const;

  /// Whether the text has `name`, or a part of it where it is made of several ("AES-256").
  bool mentions(std::string_view name) const;

 private:
  std::string text_;
  std::string joined_;  // without the spaces after dashes, slashes and underscores
};

}  // namespace lectern::chat
