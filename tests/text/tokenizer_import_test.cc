#include "compiler/tokenizer_import.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lectern/error.h"
#include "support/fake_checkpoint.h"

namespace lectern::compiler {
namespace {

using formats::MetadataValue;
using test::FakeCheckpoint;
using testing::ElementsAre;
using testing::HasSubstr;

FakeCheckpoint gguf() {
  FakeCheckpoint checkpoint(formats::CheckpointFormat::kGguf);
  checkpoint.fields = {
      {"tokenizer.ggml.model", "gpt2"},
      {"tokenizer.ggml.pre", "qwen2"},
      {"tokenizer.ggml.tokens", std::vector<std::string>{"a", "b", "ab", "<|endoftext|>", "<|im_end|>", "[PAD]"}},
      {"tokenizer.ggml.token_type", std::vector<std::int64_t>{1, 1, 1, 3, 3, 5}},
      {"tokenizer.ggml.merges", std::vector<std::string>{"a b"}},
      {"tokenizer.ggml.bos_token_id", std::int64_t{3}},
      {"tokenizer.ggml.eos_token_id", std::int64_t{4}},
      {"tokenizer.chat_template", "{{ x }}"},
  };
  return checkpoint;
}

void expect_refusal(const FakeCheckpoint& checkpoint, ErrorCode code, const std::string& part) {
  try {
    import_tokenizer(checkpoint);
    ADD_FAILURE() << "accepted: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(part));
    EXPECT_THAT(error.what(), HasSubstr("a model"));
  }
}

TEST(TokenizerImport, Gguf) {
  const text::TokenizerData data = import_tokenizer(gguf());
  EXPECT_EQ(data.pre_tokenizer, "qwen2");
  EXPECT_EQ(data.tokens.size(), 6u);
  EXPECT_EQ(data.types[3], text::TokenType::kControl);
  EXPECT_THAT(data.merges, ElementsAre(std::pair("a", "b")));
  EXPECT_EQ(data.bos, 3);
  EXPECT_THAT(data.end_tokens, ElementsAre(4, 3)) << "the end of a turn, and of a text";
  EXPECT_FALSE(data.add_bos);
  EXPECT_EQ(data.chat_template, "{{ x }}");
}

TEST(TokenizerImport, DamagedGgufMetadataIsNamed) {
  const auto with = [](const char* key, MetadataValue value) {
    FakeCheckpoint checkpoint = gguf();
    checkpoint.fields[key] = std::move(value);
    return checkpoint;
  };
  const auto without = [](const char* key) {
    FakeCheckpoint checkpoint = gguf();
    checkpoint.fields.erase(key);
    return checkpoint;
  };
  using Texts = std::vector<std::string>;
  using Numbers = std::vector<std::int64_t>;
  expect_refusal(with("tokenizer.ggml.model", "rwkv"), ErrorCode::kUnsupported, "rwkv");
  expect_refusal(with("tokenizer.ggml.model", std::int64_t{2}), ErrorCode::kCorrupt, "tokenizer.ggml.model");
  expect_refusal(with("tokenizer.ggml.tokens", std::int64_t{2}), ErrorCode::kCorrupt, "tokenizer.ggml.tokens");
  expect_refusal(with("tokenizer.ggml.token_type", Texts{"1"}), ErrorCode::kCorrupt, "token_type");
  expect_refusal(with("tokenizer.ggml.token_type", Numbers{1}), ErrorCode::kCorrupt, "1 entries for 6 tokens");
  expect_refusal(with("tokenizer.ggml.token_type", Numbers{1, 1, 1, 1, 1, 9}), ErrorCode::kCorrupt, "type 9");
  expect_refusal(with("tokenizer.ggml.token_type", Numbers{6, 1, 1, 1, 1, 1}), ErrorCode::kCorrupt, "byte");
  expect_refusal(with("tokenizer.ggml.merges", Texts{"ab"}), ErrorCode::kCorrupt, "merge");
  expect_refusal(with("tokenizer.ggml.merges", Texts{""}), ErrorCode::kCorrupt, "merge");
  expect_refusal(with("tokenizer.ggml.bos_token_id", std::int64_t{6}), ErrorCode::kCorrupt, "bos_token_id");
  expect_refusal(with("tokenizer.ggml.eos_token_id", std::int64_t{-2}), ErrorCode::kCorrupt, "eos_token_id");
  expect_refusal(without("tokenizer.ggml.tokens"), ErrorCode::kCorrupt, "tokenizer.ggml.tokens");
  expect_refusal(without("tokenizer.ggml.pre"), ErrorCode::kCorrupt, "tokenizer.ggml.pre");
  expect_refusal(without("tokenizer.ggml.merges"), ErrorCode::kCorrupt, "tokenizer.ggml.merges");
}

FakeCheckpoint sentence_pieces() {
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>", "\u2581", "a", "\u2581a"};
  std::vector<std::int64_t> types = {2, 3, 3, 1, 1, 1};
  std::vector<double> scores = {0, 0, 0, -3, -2, -1};
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(fmt::format("<0x{:02X}>", byte));
    types.push_back(6);
    scores.push_back(0);
  }
  FakeCheckpoint checkpoint(formats::CheckpointFormat::kGguf);
  checkpoint.fields = {{"tokenizer.ggml.model", "llama"},
                       {"tokenizer.ggml.tokens", tokens},
                       {"tokenizer.ggml.token_type", types},
                       {"tokenizer.ggml.scores", scores},
                       {"tokenizer.ggml.bos_token_id", std::int64_t{1}},
                       {"tokenizer.ggml.eos_token_id", std::int64_t{2}}};
  return checkpoint;
}

TEST(TokenizerImport, SentencePiecesOfGguf) {
  FakeCheckpoint checkpoint = sentence_pieces();
  const text::TokenizerData data = import_tokenizer(checkpoint);
  EXPECT_EQ(data.model, text::TokenizerModel::kSentencePieces);
  EXPECT_EQ(data.types[6], text::TokenType::kByte);
  EXPECT_EQ(data.types[0], text::TokenType::kUnknown);
  EXPECT_EQ(data.scores[5], -1);
  EXPECT_EQ(data.prefix, text::BlankPrefix::kEach) << "unless the file says otherwise";
  EXPECT_TRUE(data.add_bos) << "unless the file says otherwise";
  EXPECT_THAT(data.end_tokens, ElementsAre(2));
  EXPECT_THAT(text::make_tokenizer(data)->encode("a"), ElementsAre(1, 5));
  checkpoint.fields["tokenizer.ggml.add_space_prefix"] = false;
  checkpoint.fields["tokenizer.ggml.add_bos_token"] = false;
  EXPECT_THAT(text::make_tokenizer(import_tokenizer(checkpoint))->encode("a"), ElementsAre(4));
}

TEST(TokenizerImport, DamagedScoresAreNamed) {
  FakeCheckpoint checkpoint = sentence_pieces();
  checkpoint.fields["tokenizer.ggml.scores"] = std::vector<double>{0, 1};
  expect_refusal(checkpoint, ErrorCode::kCorrupt, "tokenizer.ggml.scores has 2 entries for 262 tokens");
  checkpoint.fields["tokenizer.ggml.scores"] = std::vector<std::string>{"0"};
  expect_refusal(checkpoint, ErrorCode::kCorrupt, "tokenizer.ggml.scores");
  checkpoint.fields.erase("tokenizer.ggml.scores");
  expect_refusal(checkpoint, ErrorCode::kCorrupt, "tokenizer.ggml.scores");
  checkpoint = sentence_pieces();
  checkpoint.fields["tokenizer.ggml.add_space_prefix"] = "yes";
  expect_refusal(checkpoint, ErrorCode::kCorrupt, "tokenizer.ggml.add_space_prefix");
}

FakeCheckpoint folder(const std::string& tokenizer) {
  FakeCheckpoint checkpoint(formats::CheckpointFormat::kHuggingFace);
  checkpoint.files["tokenizer.json"] = tokenizer;
  checkpoint.files["tokenizer_config.json"] =
      R"({"eos_token": {"content": "</s>"}, "bos_token": "<s>", "chat_template": "{{ bos_token }}"})";
  return checkpoint;
}

const char* const kBytePairs = R"({
  "added_tokens": [{"id": 3, "content": "<s>", "special": true}, {"id": 4, "content": "</s>", "special": true}],
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
    {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]},
  "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]},
  "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}})";

TEST(TokenizerImport, HuggingFaceBytePairs) {
  const text::TokenizerData data = import_tokenizer(folder(kBytePairs));
  EXPECT_EQ(data.pre_tokenizer, "smollm");
  EXPECT_THAT(data.tokens, ElementsAre("a", "b", "ab", "<s>", "</s>"));
  EXPECT_EQ(data.types[4], text::TokenType::kControl);
  EXPECT_EQ(data.bos, 3);
  EXPECT_THAT(data.end_tokens, ElementsAre(4));
  EXPECT_TRUE(data.add_bos);
  EXPECT_EQ(data.chat_template, "{{ bos_token }}");
}

std::string llama_like(const std::string& blanks) {
  std::string vocabulary = R"("<unk>": 0, "\u2581": 1, "a": 2, "\u2581a": 3)";
  for (int byte = 0; byte < 256; ++byte) vocabulary += fmt::format(R"(, "<0x{:02X}>": {})", byte, byte + 4);
  return R"({"added_tokens": [{"id": 0, "content": "<unk>", "special": true, "normalized": true},
      {"id": 260, "content": "<s>", "special": true}, {"id": 261, "content": "</s>", "special": true}], )" +
         blanks + R"(, "model": {"type": "BPE", "byte_fallback": true, "unk_token": "<unk>", "ignore_merges": false,
      "vocab": {)" +
         vocabulary + R"(}, "merges": ["\u2581 a"]}})";
}

TEST(TokenizerImport, HuggingFaceSentencePieces) {
  const std::string written =
      R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]})";
  const text::TokenizerData data = import_tokenizer(folder(llama_like(written)));
  EXPECT_EQ(data.model, text::TokenizerModel::kSentencePieces);
  EXPECT_EQ(data.types[4], text::TokenType::kByte);
  EXPECT_EQ(data.types[0], text::TokenType::kControl);
  EXPECT_EQ(data.prefix, text::BlankPrefix::kEach);
  EXPECT_FALSE(data.prefix_unless_blank);
  EXPECT_THAT(data.merges, ElementsAre(std::pair("\u2581", "a")));
  EXPECT_THAT(data.end_tokens, ElementsAre(261));
  EXPECT_THAT(text::make_tokenizer(data)->encode("a!</s>"), ElementsAre(3, '!' + 4, 261));

  const auto metaspace = [](const std::string& more) {
    return import_tokenizer(folder(
        llama_like(R"("pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "split": false)" + more + "}")));
  };
  EXPECT_EQ(metaspace(R"(, "prepend_scheme": "first")").prefix, text::BlankPrefix::kFirst);
  EXPECT_EQ(metaspace(R"(, "prepend_scheme": "always")").prefix, text::BlankPrefix::kEach);
  EXPECT_EQ(metaspace(R"(, "prepend_scheme": "never")").prefix, text::BlankPrefix::kNone);
  EXPECT_EQ(metaspace(R"(, "add_prefix_space": false)").prefix, text::BlankPrefix::kNone);
  EXPECT_EQ(metaspace("").prefix, text::BlankPrefix::kEach);
  EXPECT_TRUE(metaspace("").prefix_unless_blank);
}

TEST(TokenizerImport, SentencePiecesThatAreMadeOtherwiseAreRefused) {
  const std::string replaces = R"("normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"})";
  EXPECT_EQ(import_tokenizer(folder(llama_like(replaces))).prefix, text::BlankPrefix::kNone);
  const auto refused = [](const std::string& blanks, const std::string& from = "", const std::string& to = "") {
    std::string file = llama_like(blanks);
    if (!from.empty()) file.replace(file.find(from), from.size(), to);
    expect_refusal(folder(file), ErrorCode::kUnsupported, "pieces are not made");
  };
  refused(R"("normalizer": null)");
  refused(R"("normalizer": {"type": "NFKC"})");
  refused(R"("normalizer": {"type": "Sequence", "normalizers": []})");
  refused(R"("pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "split": true})");
  refused(R"("pre_tokenizer": {"type": "Metaspace", "replacement": "_", "split": false})");
  refused(replaces, R"("ignore_merges": false)", R"("ignore_merges": true)");
  refused(replaces, R"("unk_token")", R"("end_of_word_suffix": "</w>", "unk_token")");
  std::string file = llama_like(replaces);
  const std::string merges = R"(["\u2581 a"])";
  file.replace(file.find(merges), merges.size(), "[]");
  expect_refusal(folder(file), ErrorCode::kCorrupt, "model.merges");
}

TEST(TokenizerImport, DamagedTokenizerFilesAreNamed) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string file = kBytePairs;
    file.replace(file.find(from), from.size(), to);
    return folder(file);
  };
  expect_refusal(folder("{"), ErrorCode::kCorrupt, "tokenizer.json");
  expect_refusal(folder("[]"), ErrorCode::kCorrupt, "tokenizer.json");
  expect_refusal(folder(std::string(100000, '[')), ErrorCode::kCorrupt, "tokenizer.json");
  expect_refusal(folder("{}"), ErrorCode::kCorrupt, "model.vocab");
  expect_refusal(changed("\"b\": 1", "\"b\": -1"), ErrorCode::kCorrupt, "-1");
  expect_refusal(changed("\"b\": 1", "\"b\": 4294967296"), ErrorCode::kCorrupt, "4294967296");
  expect_refusal(changed("\"b\": 1", "\"b\": \"1\""), ErrorCode::kCorrupt, "token id");
  expect_refusal(changed("[\"a\", \"b\"]", "[\"a\"]"), ErrorCode::kCorrupt, "merge");
  expect_refusal(changed("\"BPE\"", "\"Unigram\""), ErrorCode::kUnsupported, "Unigram");
  expect_refusal(changed("\"Digits\"", "\"Metaspace\""), ErrorCode::kUnsupported, "cuts text");
  expect_refusal(changed("\"special\": true", "\"lstrip\": true"), ErrorCode::kUnsupported, "lstrip");
}

TEST(TokenizerImport, AVocabularyFileAlone) {
  FakeCheckpoint checkpoint(formats::CheckpointFormat::kHuggingFace);
  expect_refusal(checkpoint, ErrorCode::kCorrupt, "no tokenizer");
  checkpoint.files["vocab.txt"] = "[PAD]\n[UNK]\r\n[CLS]\n[SEP]\nrun\n##s\n";
  const text::TokenizerData data = import_tokenizer(checkpoint);
  EXPECT_THAT(data.tokens, ElementsAre("[PAD]", "[UNK]", "[CLS]", "[SEP]", "run", "##s"));
  EXPECT_EQ(data.unknown, 1);
  EXPECT_TRUE(data.lowercase);
  EXPECT_THAT(text::make_tokenizer(data)->encode("Runs"), ElementsAre(2, 4, 5, 3));
}

}  // namespace
}  // namespace lectern::compiler
