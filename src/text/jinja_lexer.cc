#include "text/jinja_lexer.h"

#include <algorithm>
#include <array>

#include "text/jinja_context.h"
#include "text/utf8.h"

namespace lectern::text::jinja {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\v\f";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

std::string with_plain_newlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      out += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      out += source[i];
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) {
      const std::size_t begin = find_tag();
      add_text(begin);
      if (begin == source_.size()) break;
      read_tag();
    }
    put(Token::Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  void put(Token::Kind kind, std::string text) { tokens_.push_back({kind, std::move(text), context_.line}); }
  void advance(std::size_t count) {
    const auto from = source_.begin() + static_cast<std::ptrdiff_t>(at_);
    context_.line += static_cast<int>(std::count(from, from + static_cast<std::ptrdiff_t>(count), '\n'));
    at_ += count;
  }

  std::size_t find_tag() const {
    for (std::size_t i = source_.find('{', at_); i != std::string_view::npos; i = source_.find('{', i + 1)) {
      if (i + 1 < source_.size() && std::string_view("{%#").find(source_[i + 1]) != std::string_view::npos) return i;
    }
    return source_.size();
  }

  // Text up to the tag at `end`, less what the tag strips before it.
  void add_text(std::size_t end) {
    std::string_view text = source_.substr(at_, end - at_);
    const char mark = end + 2 < source_.size() ? source_[end + 2] : '\0';
    if (end < source_.size() && mark == '-') {
      text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
    } else if (end < source_.size() && mark != '+' && source_[end + 1] != '{') {
      const std::size_t newline = text.rfind('\n');
      const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
      const bool starts_line = newline != std::string_view::npos || line_starting_;
      if (starts_line && text.find_first_not_of(kBlanks, line) == std::string_view::npos) text = text.substr(0, line);
    }
    if (!text.empty()) put(Token::Kind::kText, std::string(text));
    advance(end - at_);
  }

  void read_tag() {
    const char kind = peek(1);
    advance(2);
    if (kind == '#') {
      const std::size_t end = source_.find("#}", at_);
      if (end == std::string_view::npos) context_.unsupported("a comment without an end");
      advance(end - at_);
      const bool strips = end > 0 && source_[end - 1] == '-';
      advance(2);
      skip_after_tag(strips, !(end > 0 && source_[end - 1] == '+'));
      return;
    }
    if (peek() == '-' || peek() == '+') advance(1);
    put(kind == '{' ? Token::Kind::kBeginOutput : Token::Kind::kBeginBlock, "");
    const std::string_view end = kind == '{' ? "}}" : "%}";
    for (int brackets = 0;;) {
      advance(std::min(source_.find_first_not_of(kBlanks, at_), source_.size()) - at_);
      if (at_ == source_.size()) context_.unsupported("a tag without an end");
      const bool marked = (peek() == '-' || peek() == '+') && source_.substr(at_ + 1, 2) == end;
      if (brackets == 0 && (marked || source_.substr(at_, 2) == end)) {
        const char mark = marked ? peek() : '\0';
        put(kind == '{' ? Token::Kind::kEndOutput : Token::Kind::kEndBlock, "");
        advance(marked ? 3 : 2);
        skip_after_tag(mark == '-', kind == '%' && mark != '+');
        return;
      }
      brackets += read_token();
    }
  }

  // Whitespace that a tag strips behind it: all of it, or one line break.
  void skip_after_tag(bool all, bool line_break) {
    const std::size_t before = at_;
    if (all) {
      advance(std::min(source_.find_first_not_of(kBlanks, at_), source_.size()) - at_);
    } else if (line_break && peek() == '\n') {
      advance(1);
    }
    line_starting_ = at_ > before && source_[at_ - 1] == '\n';
  }

  // Returns how the token changes the number of open brackets.
  int read_token() {
    const char c = peek();
    if (is_name_start(c)) {
      std::size_t length = 1;
      while (is_name_part(peek(length))) ++length;
      put(Token::Kind::kName, std::string(source_.substr(at_, length)));
      advance(length);
      if (tokens_.back().text == "raw" && tokens_[tokens_.size() - 2].kind == Token::Kind::kBeginBlock) {
        context_.unsupported("a raw block");
      }
      return 0;
    }
    if (is_digit(c)) {
      read_number();
      return 0;
    }
    if (c == '"' || c == '\'') {
      read_string(c);
      return 0;
    }
    return read_operator();
  }

  void read_number() {
    std::size_t length = 0;
    bool real = false;
    std::string digits;
    const auto take_digits = [&] {
      for (; is_digit(peek(length)) || (peek(length) == '_' && is_digit(peek(length + 1))); ++length) {
        if (peek(length) != '_') digits += peek(length);
      }
    };
    take_digits();
    if (peek(length) == '.' && is_digit(peek(length + 1))) {
      real = true;
      digits += peek(length++);
      take_digits();
    }
    const std::size_t sign = peek(length + 1) == '+' || peek(length + 1) == '-' ? 1 : 0;
    if ((peek(length) == 'e' || peek(length) == 'E') && is_digit(peek(length + 1 + sign))) {
      real = true;
      digits += 'e';
      if (sign == 1) digits += peek(length + 1);
      length += 1 + sign;
      take_digits();
    }
    put(real ? Token::Kind::kReal : Token::Kind::kInteger, std::move(digits));
    advance(length);
  }

  void read_string(char quote) {
    std::string value;
    std::size_t i = at_ + 1;
    while (i < source_.size() && source_[i] != quote) {
      if (source_[i] == '\\' && i + 1 < source_.size()) {
        read_escape(i, value);
      } else {
        value += source_[i++];
      }
    }
    if (i >= source_.size()) context_.unsupported("a text literal without an end");
    put(Token::Kind::kString, std::move(value));
    advance(i + 1 - at_);
  }

  // At a backslash: Python's escapes; an unknown one stays as it is.
  void read_escape(std::size_t& i, std::string& value) {
    const char c = source_[i + 1];
    constexpr std::string_view kNames = "nrtbfav\\'\"";
    constexpr std::string_view kValues = "\n\r\t\b\f\a\v\\'\"";
    if (const std::size_t found = kNames.find(c); found != std::string_view::npos) {
      value += kValues[found];
      i += 2;
    } else if (c == '\n') {
      i += 2;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      read_code(i, c == 'x' ? 2 : c == 'u' ? 4 : 8, value);
    } else if (c >= '0' && c <= '7') {
      char32_t code = 0;
      std::size_t end = i + 1;
      for (; end < i + 4 && end < source_.size() && source_[end] >= '0' && source_[end] <= '7'; ++end) {
        code = code * 8 + static_cast<char32_t>(source_[end] - '0');
      }
      append_character(value, code);
      i = end;
    } else {
      value += '\\';
      ++i;
    }
  }

  void read_code(std::size_t& i, std::size_t digits, std::string& value) {
    char32_t code = 0;
    for (std::size_t n = 0; n < digits; ++n) {
      constexpr std::string_view kHex = "0123456789abcdef";
      const char digit = i + 2 + n < source_.size() ? source_[i + 2 + n] : '\0';
      const std::size_t found = kHex.find(static_cast<char>(digit >= 'A' && digit <= 'F' ? digit + 32 : digit));
      if (found == std::string_view::npos || digit == '\0') context_.unsupported("a broken escape in a text literal");
      code = code * 16 + static_cast<char32_t>(found);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) context_.unsupported("an escape that is no character");
    append_character(value, code);
    i += 2 + digits;
  }

  int read_operator() {
    constexpr std::array<std::string_view, 25> kOperators{"**", "//", "==", "!=", "<=", ">=", "+", "-", "*",
                                                          "/",  "%",  "~",  "<",  ">",  "=",  "(", ")", "[",
                                                          "]",  "{",  "}",  ",",  ":",  ".",  "|"};
    for (const std::string_view op : kOperators) {
      if (source_.substr(at_, op.size()) != op) continue;
      put(Token::Kind::kOperator, std::string(op));
      advance(op.size());
      if (op == "(" || op == "[" || op == "{") return 1;
      return op == ")" || op == "]" || op == "}" ? -1 : 0;
    }
    context_.unsupported("the character at byte " + std::to_string(at_));
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool line_starting_ = true;  // nothing of the current line comes before `at_`
  Context context_;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
  const std::string plain = with_plain_newlines(source);
  return Lexer(plain).run();
}

}  // namespace lectern::text::jinja
