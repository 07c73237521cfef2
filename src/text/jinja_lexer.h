// A template's text, cut into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lectern::text::jinja {

struct Token {
  enum class Kind {
    kText,
    kBeginOutput,
    kEndOutput,
    kBeginBlock,
    kEndBlock,
    kName,
    kString,
    kInteger,
    kReal,
    kOperator,
    kEnd
  };
  Kind kind = Kind::kEnd;
  std::string text;  // a string's value, an operator's or a number's characters
  int line = 1;
};

/// Whitespace is handled as Hugging Face configures Jinja: trim_blocks and lstrip_blocks on, no trailing newline.
/// Throws Error kUnsupported (text that is no template, `{% raw %}`).
std::vector<Token> tokenize(std::string_view source);

}  // namespace lectern::text::jinja
