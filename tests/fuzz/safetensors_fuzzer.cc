// One safetensors file.
#include "formats/safetensors.h"
#include "fuzz/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  if (size == 0) return 0;
  const fuzz::MemoryFile file(fuzz::text(data, size));
  fuzz::expect_result_or_error([&] {
    const formats::Safetensors tensors(file.path());
    std::size_t bytes = 0;
    for (const auto& tensor : tensors.tensors()) {
      fuzz::require(!tensor.bytes.empty(), "no tensor is empty");
      bytes += tensor.bytes.size() + std::to_integer<std::size_t>(tensor.bytes.back() & std::byte{0});
    }
    fuzz::require(bytes <= size, "tensors lie beside each other in the file");
  });
  return 0;
}
