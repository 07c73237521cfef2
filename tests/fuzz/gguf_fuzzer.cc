// A GGUF file, up to its tokenizer.
#include "compiler/tokenizer_import.h"
#include "formats/gguf.h"
#include "fuzz/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  if (size == 0) return 0;
  const fuzz::MemoryFile file(fuzz::text(data, size));
  fuzz::expect_result_or_error([&] {
    const auto checkpoint = formats::open_gguf(file.path());
    std::size_t sum = 0;
    for (const auto& tensor : checkpoint->tensors()) {
      if (!tensor.bytes.empty()) sum += std::to_integer<std::size_t>(tensor.bytes.front() ^ tensor.bytes.back());
      fuzz::require(checkpoint->find_tensor(tensor.name) == &tensor, "a tensor is found by its name");
    }
    fuzz::require(sum < size * 256, "the sum of bytes that were read");
    text::make_tokenizer(compiler::import_tokenizer(*checkpoint));
  });
  return 0;
}
