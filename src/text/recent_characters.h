// Characters that Unicode has gained since the ICU of Debian 12 (Unicode 15).
#pragma once

namespace lectern::text {

/// Of a character that ICU calls unassigned: whether Unicode 16, by which the reference tokenizers cut words, has it as
/// a letter (category L) or a number (N).
bool is_recent_letter(char32_t character);
bool is_recent_number(char32_t character);

/// Also those of Unicode 17, by which they cut numbers off one by one.
bool is_recent_digit(char32_t character);

}  // namespace lectern::text
