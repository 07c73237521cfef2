#include "compiler/tokenizer_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/paths.h"
#include "formats/quoted_text.h"

namespace lectern::compiler {

using formats::Checkpoint;
using formats::quoted_text;
using text::TokenizerData;

void refuse(const Checkpoint& checkpoint, ErrorCode code, const std::string& message) {
  throw Error(code, fmt::format("{}: {}", lectern::quoted(checkpoint.path()), message));
}

// A token may begin with a blank in no byte-level vocabulary, but cost nothing to allow.
std::pair<std::string, std::string> split_merge(const Checkpoint& checkpoint, const std::string& merge) {
  const std::size_t blank = merge.find(' ', 1);
  if (merge.empty() || blank == std::string::npos || blank + 1 == merge.size()) {
    refuse(checkpoint, ErrorCode::kCorrupt, fmt::format("the merge {} is not two tokens.", quoted_text(merge)));
  }
  return {merge.substr(0, blank), merge.substr(blank + 1)};
}

TokenId find_token(const TokenizerData& data, std::string_view token) {
  const auto found = std::find(data.tokens.begin(), data.tokens.end(), token);
  return token.empty() || found == data.tokens.end() ? -1 : static_cast<TokenId>(found - data.tokens.begin());
}

}  // namespace lectern::compiler
