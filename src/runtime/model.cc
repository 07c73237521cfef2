#include "runtime/model.h"

#include <future>
#include <string>
#include <utility>

#include "core/paths.h"
#include "lectern/error.h"
#include "runtime/cpu_executor.h"
#include "text/tokenizer_data.h"

namespace lectern::runtime {
namespace {

std::unique_ptr<Tokenizer> tokenizer_of(const formats::EngineFile& file) {
  auto data = text::parse_tokenizer_data(file.section("tokenizer"));
  const auto chat_template = file.section("chat_template");
  data.chat_template.assign(reinterpret_cast<const char*>(chat_template.data()), chat_template.size());
  return text::make_tokenizer(std::move(data));
}

// The weights are checked meanwhile, on another core: each takes some 20 ms of a small model's start.
std::unique_ptr<Tokenizer> tokenizer_of_checked(const formats::EngineFile& file) {
  auto check = std::async(std::launch::async, [&] {
    if (file.section("weights").size() <= formats::kWeightBytesCheckedAtOpening) formats::verify_weights(file);
  });
  auto tokenizer = tokenizer_of(file);
  check.get();
  return tokenizer;
}

ModelInfo info_of(const formats::EngineFile& file) {
  const auto& header = file.header();
  const auto& config = header.config;
  ModelInfo info{.family = config.family,
                 .name = config.name,
                 .generates = config.generates,
                 .context_length = config.context_length,
                 .vocabulary_size = config.vocabulary_size,
                 .embedding_size = config.embedding_size,
                 .weight_bytes = file.section("weights").size(),
                 .content_hash = header.source_hash,
                 .isa = header.target};
  return info;
}

}  // namespace

Model::Model(const std::filesystem::path& engine_file)
    : file(engine_file, formats::WeightCheck::kSkip),
      isa(target_of(file)),
      tokenizer(tokenizer_of_checked(file)),
      info(info_of(file)) {
  if (!info.generates && !file.header().kv_groups.empty()) {
    throw Error(
        ErrorCode::kCorrupt,
        quoted(engine_file) + " is an encoder with a KV cache. The file is damaged: compile the checkpoint again.");
  }
}

void Model::check_tokens(std::span<const TokenId> tokens) const {
  for (const TokenId token : tokens) {
    if (token >= 0 && token < info.vocabulary_size) continue;
    throw Error(ErrorCode::kInvalidArgument, "Token " + std::to_string(token) + " is not in the vocabulary of " +
                                                 info.name + ", which has " + std::to_string(info.vocabulary_size) +
                                                 " tokens. Use the model's own tokenizer.");
  }
}

}  // namespace lectern::runtime

namespace lectern {

std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& engine_file) {
  return runtime::tokenizer_of(formats::EngineFile(engine_file, formats::WeightCheck::kSkip));
}

}  // namespace lectern
