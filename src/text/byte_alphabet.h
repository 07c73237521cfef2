// The printable alphabet in which byte-level vocabularies are written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lectern::text {

/// The bytes that a token stands for: GPT-2 writes each byte as one printable character ("Ġ" is a space). Nothing where
/// the token holds a character outside that alphabet.
std::optional<std::string> bytes_of_token(std::string_view token);

}  // namespace lectern::text
