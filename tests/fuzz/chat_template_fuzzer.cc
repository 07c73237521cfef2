// A checkpoint's chat template: parsed, and rendered with a short conversation.
#include "fuzz/fuzzing.h"
#include "text/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  static const Message kMessages[] = {{"system", "Be brief."}, {"user", "Why?\n"}, {"assistant", "So."}, {"user", "?"}};
  fuzz::expect_result_or_error([&] { text::ChatTemplate(fuzz::text(data, size)).render(kMessages, "<s>", "</s>"); });
  return 0;
}
