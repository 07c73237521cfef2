// Normalization of text that nobody vouches for.
#pragma once

#include <string>
#include <string_view>

namespace lectern::text {

/// NFC and NFD of well-formed UTF-8 of less than 256 MiB, in linear time.
std::string compose(std::string_view text);
std::string decompose(std::string_view text);

}  // namespace lectern::text
