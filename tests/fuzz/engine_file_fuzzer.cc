// An engine file. Checksums would stop nearly every mutation, so the first byte says what the rest is: a whole file, a
// header to be put into one with its checksums, or a tokenizer section.
#include <cstring>

#include "formats/checksum.h"
#include "formats/engine_file.h"
#include "formats/engine_preamble.h"
#include "fuzz/fuzzing.h"
#include "text/tokenizer_data.h"

namespace {

using namespace lectern;

constexpr std::size_t kSectionBytes = 4096;  // room for sections and weights, all zeros

std::string file_around(std::string_view header) {
  formats::EnginePreamble preamble{};
  preamble.magic = formats::kEngineMagic;
  preamble.version = formats::kEngineFormatVersion;
  preamble.header_offset = sizeof preamble + kSectionBytes;
  preamble.header_bytes = header.size();
  preamble.file_bytes = preamble.header_offset + header.size();
  preamble.header_checksum = formats::checksum(std::as_bytes(std::span(header)));
  const auto before = std::as_bytes(std::span(&preamble, 1)).first(offsetof(formats::EnginePreamble, checksum));
  preamble.checksum = formats::checksum(before);
  std::string file(sizeof preamble + kSectionBytes, '\0');
  std::memcpy(file.data(), &preamble, sizeof preamble);
  return file.append(header);
}

void read_file(std::string_view bytes) {
  const fuzz::MemoryFile memory(bytes);
  const formats::EngineFile file(memory.path(), formats::WeightCheck::kSkip);
  for (std::size_t i = 0; i < file.header().weights.size(); ++i) {
    const auto weight = file.weight(static_cast<int>(i));
    fuzz::require(weight.size() <= bytes.size(), "a weight is inside the file");
    if (!weight.empty()) fuzz::require((weight.back() & std::byte{0}) == std::byte{0}, "its last byte can be read");
  }
  for (const auto& call : file.header().program) {
    for (const int weight : call.weights) file.weight(weight);
  }
  text::parse_tokenizer_data(file.section("tokenizer"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest = fuzz::text(data + 1, size - 1);
  fuzz::expect_result_or_error([&] {
    switch (data[0] % 3) {
      case 0:
        return read_file(rest);
      case 1:
        return read_file(file_around(rest));
      default:
        text::make_tokenizer(text::parse_tokenizer_data(std::as_bytes(std::span(rest))))->encode("It's 12 ab\n");
    }
  });
  return 0;
}
