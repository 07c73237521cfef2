// Bytes of any encoding to clean UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace lectern::library {

/// UTF-8 or UTF-16 by their byte order mark, UTF-16 where the bytes look like it, UTF-8 where they are that, `declared`
/// (what the document says of itself, may be empty or wrong), what ICU's detector is sure of, else Windows-1252.
std::string decode_text(std::string_view bytes, std::string_view declared = {});

/// Drops control characters but tab and line feed (CR LF and CR become LF, form feed too), soft hyphens and
/// zero-width spaces; ligatures of Latin letters become letters, odd spaces plain ones, malformed bytes U+FFFD.
std::string clean_text(std::string_view text);

bool is_valid_utf8(std::string_view bytes);

}  // namespace lectern::library
