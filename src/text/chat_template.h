// A conversation as the prompt that a checkpoint was trained on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lectern/error.h"
#include "lectern/tokenizer.h"
#include "text/jinja_ast.h"

namespace lectern::text {

/// A checkpoint's Jinja template, parsed once. A template that cannot be parsed is no error until it is wanted: models
/// that cannot chat still embed and continue text.
class ChatTemplate {
 public:
  explicit ChatTemplate(std::string_view source);

  /// The prompt for the messages, ready for the assistant's turn. `bos` and `eos` are the texts of those tokens, empty
  /// where there are none. Throws Error kUnsupported, kInvalidArgument.
  std::string render(std::span<const Message> messages, const std::string& bos, const std::string& eos) const;

 private:
  std::optional<jinja::Block> block_;
  std::optional<Error> failure_;
};

}  // namespace lectern::text
