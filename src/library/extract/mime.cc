#include "library/extract/mime.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/letters.h"
#include "library/extract/encoding.h"
#include "library/extract/hexadecimal.h"
#include "library/extract/text_builder.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMaxHeaders = 1000;
constexpr std::size_t kMaxParts = 1000;

// The next line without its end, which may be LF or CR LF; `bytes` moves on behind it.
std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) continue;  // line ends and padding
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return out;
}

std::string decode_quoted_printable(std::string_view text, bool header) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += header && text[i] == '_' ? ' ' : text[i];
      continue;
    }
    const std::string_view rest = text.substr(i + 1);
    if (rest.starts_with("\r\n")) {  // a line that the sender broke
      i += 2;
    } else if (rest.starts_with('\n')) {
      i += 1;
    } else if (const int byte = hexadecimal_byte(rest); byte >= 0) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += '=';
    }
  }
  return out;
}

struct EncodedWord {
  std::string charset, bytes;
  std::size_t size = 0;  // that it takes in the header
};

// "=?charset?B or Q?text?=" at the beginning of `text`; size 0 where there is none.
EncodedWord encoded_word(std::string_view text) {
  if (!text.starts_with("=?")) return {};
  const std::size_t charset = text.find('?', 2);
  if (charset == std::string_view::npos || charset + 3 > text.size() || text[charset + 2] != '?') return {};
  const std::size_t end = text.find("?=", charset + 3);
  if (end == std::string_view::npos) return {};
  const std::string_view coded = text.substr(charset + 3, end - charset - 3);
  const char how = static_cast<char>(text[charset + 1] | 0x20);
  if (how != 'q' && how != 'b') return {};
  const std::string_view name = text.substr(2, charset - 2);
  return {std::string(name.substr(0, name.find('*'))),
          how == 'b' ? decode_base64(coded) : decode_quoted_printable(coded, true), end + 2};
}

// A parameter's value: a token, or a string in quotes; `text` moves on behind it.
std::string take_value(std::string_view& text) {
  std::string out;
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(';'), text.size());
    out = trimmed(text.substr(0, end));
    text.remove_prefix(end);
    return out;
  }
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  text.remove_prefix(std::min(i + 1, text.size()));
  return out;
}

// RFC 2231: "UTF-8'en'a%20b" of a parameter whose name ends with "*".
std::string extended_value(std::string_view value) {
  const std::size_t first = value.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
  if (second == std::string_view::npos) return std::string(value);
  std::string bytes;
  const std::string_view coded = value.substr(second + 1);
  for (std::size_t i = 0; i < coded.size(); ++i) {
    const int byte = coded[i] == '%' ? hexadecimal_byte(coded.substr(i + 1)) : -1;
    bytes += byte < 0 ? coded[i] : static_cast<char>(byte);
    if (byte >= 0) i += 2;
  }
  return decode_text(bytes, value.substr(0, first));
}

}  // namespace

std::string_view MimeField::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view{} : std::string_view(found->second);
}

std::string_view MimePart::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

MimeField MimePart::field(std::string_view name) const {
  std::string_view text = header(name);
  MimeField out;
  const std::size_t end = std::min(text.find(';'), text.size());
  out.value = lower(trimmed(text.substr(0, end)));
  text.remove_prefix(end);
  while (!text.empty()) {
    text.remove_prefix(1);  // the semicolon
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) break;
    std::string key = lower(trimmed(text.substr(0, equals)));
    text.remove_prefix(equals + 1);
    text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
    std::string value = take_value(text);
    if (key.ends_with('*')) {
      key.erase(std::min(key.find('*'), key.size()));
      value = extended_value(value);
    }
    out.parameters.emplace(std::move(key), std::move(value));
    text = text.substr(std::min(text.find(';'), text.size()));
  }
  return out;
}

MimePart parse_part(std::string_view bytes) {
  MimePart out;
  while (!bytes.empty()) {
    std::string_view behind = bytes;
    const std::string_view line = take_line(behind);
    if (line.empty()) {
      bytes = behind;
      break;
    }
    const std::size_t colon = line.find(':');
    if ((line[0] == ' ' || line[0] == '\t') && !out.headers.empty()) {
      out.headers.back().second.append(" ").append(trimmed(line));
    } else if (colon == std::string_view::npos || out.headers.size() >= kMaxHeaders) {
      if (!line.starts_with("From ")) break;  // an mbox's own line; or else the text begins
    } else {
      out.headers.emplace_back(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
    }
    bytes = behind;
  }
  out.body = bytes;
  return out;
}

std::vector<std::string_view> split_parts(std::string_view body, std::string_view boundary) {
  std::vector<std::string_view> out;
  if (boundary.empty()) return out;
  const std::string mark = "--" + std::string(boundary);
  const char* begin = nullptr;  // of the part at hand
  while (!body.empty() && out.size() < kMaxParts) {
    const char* const at = body.data();
    const std::string_view line = take_line(body);
    if (!line.starts_with(mark)) continue;
    const std::string_view rest = trimmed(line.substr(mark.size()));
    if (!rest.empty() && rest != "--") continue;
    if (begin != nullptr) out.emplace_back(begin, static_cast<std::size_t>(at - begin));
    begin = body.data();
    if (rest == "--") return out;
  }
  if (begin != nullptr && out.size() < kMaxParts) {  // cut short
    out.emplace_back(begin, static_cast<std::size_t>(body.data() + body.size() - begin));
  }
  return out;
}

std::string decode_transfer(std::string_view body, std::string_view encoding) {
  const std::string name = lower(trimmed(encoding));
  if (name == "base64") return decode_base64(body);
  return name == "quoted-printable" ? decode_quoted_printable(body, false) : std::string(body);
}

std::string decode_header(std::string_view text) {
  std::string out;
  EncodedWord open;  // of neighbours in one charset: a character may be cut between them
  const auto close = [&] {
    if (!open.bytes.empty()) out += decode_text(open.bytes, open.charset);
    open = {};
  };
  for (std::size_t i = 0; i < text.size();) {
    EncodedWord word = encoded_word(text.substr(i));
    if (word.size == 0) {
      const std::size_t next = std::min(text.find("=?", i + 1), text.size());
      const std::string_view plain = text.substr(i, next - i);
      const bool between = !open.bytes.empty() && trimmed(plain).empty() && next < text.size();
      if (!between) {  // spaces between two encoded words are none of the text's
        close();
        out += decode_text(plain);
      }
      i = next;
      continue;
    }
    if (open.charset != word.charset) close();
    i += word.size;
    open.charset = std::move(word.charset);
    open.bytes += word.bytes;
  }
  close();
  return one_line(out);
}

}  // namespace lectern::library
