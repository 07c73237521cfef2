// What every tokenizer that is imported is read with.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "formats/checkpoint.h"
#include "lectern/error.h"
#include "text/tokenizer_data.h"

namespace lectern::compiler {

/// Throws Error `code`: the checkpoint's path, then `message`.
[[noreturn]] void refuse(const formats::Checkpoint& checkpoint, ErrorCode code, const std::string& message);

/// "left right", as files write a merge. Throws Error kCorrupt.
std::pair<std::string, std::string> split_merge(const formats::Checkpoint& checkpoint, const std::string& merge);

/// The first token of that text; -1 where there is none, or no text.
TokenId find_token(const text::TokenizerData& data, std::string_view token);

}  // namespace lectern::compiler
