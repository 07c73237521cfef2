// Writes a first corpus for each fuzz target, so that mutations begin with files that are whole.
// usage: fuzz_seeds FOLDER
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "formats/engine_header_json.h"
#include "library/extract/records.h"
#include "library/youtube/parts.h"
#include "support/gguf_builder.h"
#include "support/safetensors_builder.h"
#include "support/small_header.h"
#include "text/tokenizer_data.h"

namespace {

namespace fs = std::filesystem;
using namespace lectern;

void write(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string_view chars(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void gguf(const fs::path& folder) {
  const std::vector<std::byte> block(4 * 20, std::byte{1});
  const auto bytes = support::GgufBuilder()
                         .text("general.architecture", "llama")
                         .text("tokenizer.ggml.model", "gpt2")
                         .text("tokenizer.ggml.pre", "qwen2")
                         .texts("tokenizer.ggml.tokens", {"a", "b", "ab", "<|im_end|>"})
                         .i32s("tokenizer.ggml.token_type", {1, 1, 1, 3})
                         .texts("tokenizer.ggml.merges", {"a b"})
                         .u32("tokenizer.ggml.eos_token_id", 3)
                         .f32("llama.rope.freq_base", 1e4f)
                         .boolean("tokenizer.ggml.add_bos_token", false)
                         .tensor("token_embd.weight", {2, 4}, std::vector<float>(8, 0.5f))
                         .tensor("blk.0.attn_q.weight", DType::kQ4_1, {2, 64}, block)
                         .build();
  write(folder / "gguf/small", chars(bytes));

  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>", "\u2581", "a", "\u2581a"};
  std::vector<std::int32_t> types = {2, 3, 3, 1, 1, 1};
  for (int byte = 0; byte < 256; ++byte) tokens.push_back(fmt::format("<0x{:02X}>", byte));
  types.resize(tokens.size(), 6);
  const auto pieces = support::GgufBuilder()
                          .text("general.architecture", "llama")
                          .text("tokenizer.ggml.model", "llama")
                          .texts("tokenizer.ggml.tokens", tokens)
                          .i32s("tokenizer.ggml.token_type", types)
                          .f32s("tokenizer.ggml.scores", std::vector<float>(tokens.size(), -1))
                          .u32("tokenizer.ggml.eos_token_id", 2)
                          .boolean("tokenizer.ggml.add_space_prefix", true)
                          .build();
  write(folder / "gguf/pieces", chars(pieces));
}

void safetensors(const fs::path& folder) {
  const std::vector<std::byte> halves(12);
  const auto bytes = support::SafetensorsBuilder()
                         .tensor("embeddings.weight", {2, 3}, {1, 2, 3, 4, 5, 6})
                         .tensor("bias", "F16", {6}, halves)
                         .tensor("position_ids", "I64", {1}, std::span(halves).first(8))
                         .build();
  write(folder / "safetensors/small", chars(bytes));
}

void tokenizers(const fs::path& folder) {
  write(folder / "tokenizer_json/byte_pairs", R"({"added_tokens": [{"id": 3, "content": "<s>", "special": true},
    {"id": 4, "content": "</s>", "special": true}], "pre_tokenizer": {"type": "Sequence", "pretokenizers":
    [{"type": "Digits", "individual_digits": true}, {"type": "ByteLevel", "add_prefix_space": false,
    "use_regex": true}]}, "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}})");
  write(folder / "tokenizer_json/word_pieces", R"({"normalizer": {"type": "BertNormalizer", "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": {"type": "TemplateProcessing", "single":
    [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}}]},
    "added_tokens": [{"id": 0, "content": "[PAD]", "special": true}, {"id": 1, "content": "[UNK]", "special": true},
    {"id": 2, "content": "[CLS]", "special": true}, {"id": 3, "content": "[SEP]", "special": true}],
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
    "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "##b": 5, "it": 6}}})");
}

void engine_files(const fs::path& folder) {
  formats::EngineHeader header = support::small_header();
  header.sections = {{"weights", 64, 4096, 0}};
  write(folder / "engine_file/header", "\x01" + formats::to_json_text(header));

  text::TokenizerData data;
  data.pre_tokenizer = "qwen2";
  data.tokens = {"a", "b", "ab", "<|im_end|>"};
  data.types = {text::TokenType::kNormal, text::TokenType::kNormal, text::TokenType::kNormal,
                text::TokenType::kControl};
  data.merges = {{"a", "b"}};
  data.end_tokens = {3};
  data.eos = 3;
  write(folder / "engine_file/tokenizer", "\x02" + std::string(chars(text::serialize(data))));
}

void chat_templates(const fs::path& folder) {
  write(folder / "chat_template/turns",
        "{% if not messages %}{{ raise_exception('none') }}{% endif %}{% for m in messages %}{{ '<|im_start|>' + "
        "m['role'] + '\\n' + m.content | trim + '<|im_end|>' }}{% if loop.last and add_generation_prompt %}"
        "{{- '<|im_start|>assistant\\n' -}}{% elif loop.index0 % 2 == 0 %} {% endif %}{% endfor %}");
  write(
      folder / "chat_template/values",
      "{%- set ns = namespace(n=0) %}{% macro f(x, y=2) %}{{ x ~ y }}{% endmacro %}{% for k, v in {'a': [1, 2.5, none]}"
      ".items() %}{% set ns.n = ns.n + v | length %}{{ f(k[::-1]) }}{% endfor %}{{ ns.n ** 2 // 3 }}"
      "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join(', ') | tojson }}");
}

void chunks(const fs::path& folder) {
  write(folder / "chunker/text", std::string("\x20\x02\x05\x85\x20\x90", 6) +
                                     "One heading\n\nA sentence. Another one, longer; it goes on? \xe4\xb8\xad\xe6\x96"
                                     "\x87\xe3\x80\x82 Tables\tand\nlines.\n\nThe end");
}

void records(const fs::path& folder) {
  library::Document document;
  document.title = "Title";
  document.text = "Heading\n\nText of a page.";
  document.headings = {{1, {0, 7}}};
  document.pages = {{1, {0, 24}, ""}};
  document.times = {{0, 0}, {9, 83000}};
  fs::create_directories(folder / "records");
  const auto to = [&](const char* name) {
    return ::open((folder / "records" / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  };
  int descriptor = to("document");
  library::write_document(descriptor, document);
  ::close(descriptor);
  descriptor = to("failure");
  library::write_failure(descriptor, "it is encrypted.");
  ::close(descriptor);
}

void videos(const fs::path& folder) {
  const std::string_view description =
      R"({"title":"Tea","channel":"Anna","upload_date":"20240501","language":"en","chapters":[{"start_time":4.0,)"
      R"("title":"Water"}],"subtitles":{"en":[{"ext":"json3"}]},"automatic_captions":{"en-orig":[{"ext":"vtt"}]}})";
  const std::string_view captions =
      R"({"events":[{"tStartMs":0,"dDurationMs":4000,"segs":[{"utf8":">> so"},{"utf8":" it\nis","tOffsetMs":500}]},)"
      R"({"tStartMs":9000,"segs":[{"utf8":"[Music]"}]},{"tStartMs":9500,"segs":[{"utf8":"水。"}]}]})";
  write(folder / "video/captions", library::join_parts({"automatic", "json3", description, captions}));
  write(folder / "video/lines",
        library::join_parts(
            {"people", "vtt", description,
             "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>so&amp;<c>\n\n00:02.000 --> 00:03.000\nso&\nit is\n"}));
  write(folder / "video/choice", library::join_parts({"de,en", description}));
}

void api_requests(const fs::path& folder) {
  const std::string head = "/v1/chat%2Fcompletions\nlocalhost:8080\nhttp://localhost:8080\nBearer key\n";
  write(folder / "api_request/chat",
        head + R"({"model": "m", "messages": [{"role": "developer", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Why?"}]}], "n": 2, "seed": -1, "stop": ["a", "b"],
    "stream": true, "stream_options": {"include_usage": true}, "temperature": 0.5, "top_p": 1, "max_tokens": 7})");
  write(folder / "api_request/library", head + R"({"model": "m", "library": "l", "passages": 3, "messages":
    [{"role": "user", "content": "Why?"}], "max_completion_tokens": 7, "response_format": {"type": "text"}})");
  write(folder / "api_request/completion", head + R"({"model": "m", "prompt": [[1, 2], [3]], "ignore_eos": true})");
  write(folder / "api_request/embedding", head + R"({"model": "m", "input": "a", "encoding_format": "base64"})");
  write(folder / "api_request/search", head + R"({"query": "a", "top_k": 5})");
  write(folder / "api_request/schema", head + R"({"model": "m", "messages": [{"role": "user", "content": "Why?"}],
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "integer"}}}})");
}

void json_schemas(const fs::path& folder) {
  using namespace std::string_literals;
  write(folder / "json_schema/object",
        R"({"type":"object","properties":{"a":{"type":"string","maxLength":3},"b":{"type":"array","items":{"$ref":"#"},
    "minItems":0}},"required":["a"],"additionalProperties":{"type":"number","minimum":-1.5,"maximum":20}})"
        "\0{\"a\":\"x\""s);
  write(folder / "json_schema/choice",
        R"({"$defs":{"n":{"enum":[1,"x",null]}},"anyOf":[{"$ref":"#/$defs/n"},{"type":"string","pattern":
    "^[a-f\\d]+(-|x){2,3}$"},{"type":"string","format":"date"},{"allOf":[{"type":"integer","exclusiveMinimum":3}]}]})"
        "\0\"a0"s);
}

void hub_answers(const fs::path& folder) {
  write(folder / "hub_answer/redirect",
        "HTTP/1.1 302 Found\r\nLocation: https://cdn.example/a?b=c\r\nX-Linked-Size: 10\r\nX-Linked-ETag: \"" +
            std::string(64, 'a') + "\"\r\n\r\n");
  write(folder / "hub_answer/part",
        "HTTP/2 206\r\netag: \"v1\"\r\ncontent-length: 5\r\ncontent-range: bytes 5-9/10\r\nretry-after: 3\r\n\r\n");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const fs::path folder = arguments[1];
  for (const auto write_seeds : {gguf, safetensors, tokenizers, engine_files, chat_templates, chunks, records, videos,
                                 api_requests, json_schemas, hub_answers}) {
    write_seeds(folder);
  }
}
