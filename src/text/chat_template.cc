#include "text/chat_template.h"

#include "lectern/error.h"
namespace lectern::text {
std::string ChatTemplate::render(std::span<const Message>, const std::string&, const std::string&) const {
  throw Error(ErrorCode::kUnsupported, "Chat templates are not rendered yet.");
}
}  // namespace lectern::text
