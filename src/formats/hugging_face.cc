#include "formats/hugging_face.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "core/hash.h"
#include "core/paths.h"
#include "formats/hugging_face_config.h"
#include "formats/hugging_face_files.h"
#include "formats/quoted_text.h"
#include "formats/safetensors.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

// All that a model or tokenizer may be built from: `side_file` gives these alone, so that the content's hash covers
// them.
constexpr std::array<std::string_view, 16> kSideFiles = {"1_Pooling/config.json",
                                                         "added_tokens.json",
                                                         "chat_template.jinja",
                                                         "chat_template.json",
                                                         "config.json",
                                                         "config_sentence_transformers.json",
                                                         "generation_config.json",
                                                         "merges.txt",
                                                         "modules.json",
                                                         "sentence_bert_config.json",
                                                         "special_tokens_map.json",
                                                         "tokenizer.json",
                                                         "tokenizer.model",
                                                         "tokenizer_config.json",
                                                         "vocab.json",
                                                         "vocab.txt"};

bool is_folder(const std::filesystem::path& path) {
  std::error_code unknown;
  return std::filesystem::is_directory(path, unknown);
}

class HuggingFace : public Checkpoint {
 public:
  explicit HuggingFace(const std::filesystem::path& path) : folder_(is_folder(path) ? path : path.parent_path()) {
    if (folder_.empty()) folder_ = ".";
    const WeightFiles files = find_weight_files(folder_, path == folder_ ? std::filesystem::path() : path.filename());
    names_ = files.names;
    metadata_ = read_config(folder_ / "config.json");
    for (const std::string& name : names_) add_file(name);
    check_index(files.index);
  }

  CheckpointFormat format() const override { return CheckpointFormat::kHuggingFace; }
  const std::filesystem::path& path() const override { return folder_; }
  std::string family() const override { return text("model_type"); }
  std::span<const CheckpointTensor> tensors() const override { return tensors_; }
  const Metadata& metadata() const override { return metadata_; }

  std::string side_file(std::string_view name) const override {
    if (std::find(kSideFiles.begin(), kSideFiles.end(), name) == kSideFiles.end()) {
      throw Error(ErrorCode::kInternal, quoted_text(name) + " is no file that a checkpoint's hash covers.");
    }
    return read_small_file(folder_ / name);
  }

  /// Of a list of names and hashes, in name order.
  std::string content_hash(const std::stop_token& stop) const override {
    std::string list;
    for (const std::string_view name : kSideFiles) {
      if (!is_there(folder_ / name)) continue;
      list += sha256_of_file(folder_ / name, stop) + "  " + std::string(name) + "\n";
    }
    for (const std::string& name : names_) list += sha256_of_file(folder_ / name, stop) + "  " + name + "\n";
    return sha256(std::as_bytes(std::span(list)));
  }

 private:
  void add_file(const std::string& name) {
    files_.emplace_back(folder_ / name);
    for (const CheckpointTensor& tensor : files_.back().tensors()) {
      const auto [place, added] = shards_.emplace(tensor.name, name);
      if (!added) {
        throw Error(ErrorCode::kCorrupt, quoted(folder_) + ": tensor " + quoted_text(tensor.name) + " is in both " +
                                             quoted_text(place->second) + " and " + quoted_text(name) +
                                             ". Leave one of them in the folder.");
      }
      tensors_.push_back(tensor);
    }
  }

  void check_index(const std::map<std::string, std::string>& index) const {
    for (const CheckpointTensor& tensor : tensors_) {
      const auto listed = index.find(tensor.name);
      if (index.empty() || (listed != index.end() && listed->second == shards_.at(tensor.name))) continue;
      throw Error(ErrorCode::kCorrupt, quoted(folder_) + ": tensor " + quoted_text(tensor.name) + " is in " +
                                           quoted_text(shards_.at(tensor.name)) +
                                           ", but the index says otherwise. Download the model again.");
    }
  }

  std::filesystem::path folder_;
  std::vector<std::string> names_;  // of the files with weights, sorted
  std::vector<Safetensors> files_;
  std::vector<CheckpointTensor> tensors_;
  std::unordered_map<std::string, std::string> shards_;  // tensor to file
  Metadata metadata_;
};

}  // namespace

std::unique_ptr<Checkpoint> open_hugging_face(const std::filesystem::path& path) {
  return std::make_unique<HuggingFace>(path);
}

}  // namespace lectern::formats
