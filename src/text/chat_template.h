// A conversation as the prompt that a checkpoint was trained on.
#pragma once

#include <span>
#include <string>

#include "lectern/tokenizer.h"

namespace lectern::text {

class ChatTemplate {
 public:
  explicit ChatTemplate(std::string source) : source_(std::move(source)) {}
  std::string render(std::span<const Message> messages, const std::string& bos, const std::string& eos) const;

 private:
  std::string source_;
};

}  // namespace lectern::text
