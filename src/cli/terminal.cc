#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/paths.h"

namespace lectern::cli {
namespace {

constexpr int kLongestSequence = 256;

// Bytes of the character at `i` that reorders text ("Trojan Source") or is a C1 control; 0 for any other.
std::size_t hidden_control(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
  if (byte(i) == 0xc2 && byte(i + 1) >= 0x80 && byte(i + 1) <= 0x9f) return 2;
  if (byte(i) != 0xe2) return 0;
  const bool embeds = byte(i + 1) == 0x80 && byte(i + 2) >= 0xaa && byte(i + 2) <= 0xae;
  const bool isolates = byte(i + 1) == 0x81 && byte(i + 2) >= 0xa6 && byte(i + 2) <= 0xa9;
  return embeds || isolates ? 3 : 0;
}

// Columns of a line of UTF-8, an ideograph taking two.
int columns(std::string_view text) {
  int count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0u) == 0x80u) continue;
    count += byte >= 0xe3 && byte <= 0xe9 ? 2 : 1;
  }
  return count;
}

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) != 0; }

int terminal_width(int descriptor) {
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool has_colour(int descriptor) {
  const char* none = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return is_terminal(descriptor) && (none == nullptr || *none == '\0') && !dumb;
}

// Whether `byte` is text; ECMA-48 says where sequences end.
bool ControlFilter::keeps(unsigned char byte) {
  const bool final = byte >= 0x40 && byte <= 0x7e;
  if (state_ != State::kText && ++length_ > kLongestSequence) state_ = State::kText;
  switch (state_) {
    case State::kText:
      if (byte == 0x1b) {
        state_ = State::kEscape;
        length_ = 0;
      }
      return (byte >= 0x20 && byte != 0x7f) || byte == '\n' || byte == '\t';
    case State::kEscape:
      if (byte == '[')
        state_ = State::kSequence;
      else if (byte == ']' || byte == 'P' || byte == '_' || byte == '^' || byte == 'X')
        state_ = State::kString;
      else if (byte < 0x20 || byte > 0x2f)
        state_ = State::kText;
      return byte == '\n';
    case State::kSequence:
      if (final || byte == '\n') state_ = State::kText;
      return byte == '\n';
    case State::kString:
      if (byte == 0x07 || byte == '\n')
        state_ = State::kText;
      else if (byte == 0x1b)
        state_ = State::kStringEscape;
      return byte == '\n';
    case State::kStringEscape:
      state_ = byte == '\\' ? State::kText : State::kString;
      return false;
  }
  return false;
}

std::string ControlFilter::add(std::string_view text) {
  std::string kept;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t hidden = hidden_control(text, i); hidden > 0) {
      i += hidden;
      continue;
    }
    if (keeps(static_cast<unsigned char>(text[i]))) kept += text[i];
    ++i;
  }
  return kept;
}

std::string printable(std::string_view text) { return ControlFilter().add(to_valid_utf8(text)); }

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : printable(text)) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (!space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string wrapped(std::string_view text, std::string_view indent, int width) {
  const std::string line = one_line(text);
  std::string out(indent);
  int column = columns(indent);
  bool first = true;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t end = std::min(line.find(' ', i), line.size());
    const auto word = std::string_view(line).substr(i, end - i);
    if (!first && column + 1 + columns(word) > width) {
      out.append("\n").append(indent);
      column = columns(indent);
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns(word);
    first = false;
    i = end + 1;
  }
  return out + "\n";
}

std::string dim(std::string_view text, int descriptor) {
  if (!has_colour(descriptor)) return std::string(text);
  return "\x1b[2m" + std::string(text) + "\x1b[0m";
}

std::string shown_path(const std::string& file) {
  std::error_code failed;
  const auto here = std::filesystem::current_path(failed);
  if (failed) return one_line(file);
  const std::string relative = std::filesystem::path(file).lexically_relative(here).native();
  return one_line(!relative.empty() && relative.size() < file.size() ? relative : file);
}

}  // namespace lectern::cli
