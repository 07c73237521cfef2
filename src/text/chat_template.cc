#include "text/chat_template.h"

#include "core/paths.h"
#include "text/jinja_interpreter.h"
#include "text/jinja_parser.h"
#include "text/utf8.h"

namespace lectern::text {
namespace {

constexpr std::size_t kMaxSource = std::size_t{1} << 20;  // bytes; the longest published one has 20,000

}  // namespace

ChatTemplate::ChatTemplate(std::string_view source) {
  if (source.empty()) {
    failure_.emplace(ErrorCode::kUnsupported, "The model has no chat template: it continues text, but does not chat.");
    return;
  }
  if (source.size() > kMaxSource || !is_valid_utf8(source)) {
    failure_.emplace(ErrorCode::kUnsupported, "The model's chat template is no text, or longer than 1 MiB.");
    return;
  }
  try {
    block_ = jinja::parse(source);
  } catch (const Error& error) {
    failure_ = error;
  }
}

std::string ChatTemplate::render(std::span<const Message> messages, const std::string& bos,
                                 const std::string& eos) const {
  if (failure_) throw *failure_;
  jinja::Context context;
  std::vector<jinja::Value> list;
  for (const Message& message : messages) {
    auto entry = std::make_shared<jinja::Dict>();
    entry->set("role", to_valid_utf8(message.role));
    entry->set("content", to_valid_utf8(message.content));
    list.emplace_back(std::move(entry));
  }
  jinja::Scope globals;
  globals["messages"] = context.make_list(std::move(list));
  globals["add_generation_prompt"] = true;
  globals["tools"] = jinja::None{};
  globals["documents"] = jinja::None{};
  if (!bos.empty()) globals["bos_token"] = bos;
  if (!eos.empty()) globals["eos_token"] = eos;
  return jinja::Interpreter(std::move(globals)).render(*block_);
}

}  // namespace lectern::text
