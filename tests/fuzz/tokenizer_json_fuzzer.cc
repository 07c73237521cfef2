// A Hugging Face tokenizer.json, up to text that goes through it and comes back.
#include "compiler/tokenizer_import.h"
#include "fuzz/fuzzing.h"
#include "support/fake_checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lectern;
  test::FakeCheckpoint checkpoint(formats::CheckpointFormat::kHuggingFace);
  checkpoint.files["tokenizer.json"] = fuzz::text(data, size);
  checkpoint.files["tokenizer_config.json"] = R"({"eos_token": "</s>", "bos_token": {"content": "<s>"}})";
  fuzz::expect_result_or_error([&] {
    const auto tokenizer = text::make_tokenizer(compiler::import_tokenizer(checkpoint));
    const auto ids = tokenizer->encode(
        "ab <s> It's 12 o\xe2\x80\x99"
        "clock: \xe4\xb8\xad\xe6\x96\x87\n\n \xff");
    for (const TokenId id : ids) {
      fuzz::require(id >= 0 && id < tokenizer->vocabulary_size(), "a token's id is in the vocabulary");
    }
    tokenizer->decode(ids);
  });
  return 0;
}
