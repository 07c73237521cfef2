// The models that Lectern knows where to get: catalogue.json, or the file that LECTERN_CATALOGUE names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lectern::hub {

enum class ModelKind { kChat, kEmbedding };

std::string_view name(ModelKind kind);  // "chat", "embedding"

struct ModelFile {
  std::string name;  // below the repository, "1_Pooling/config.json"
  std::int64_t bytes = 0;
  std::string sha256;  // hexadecimal; empty: what the hub says of the file is what it is checked against
};

struct CatalogueModel {
  std::string id;    // "qwen2.5-1.5b-instruct-q4_k_m"
  std::string name;  // "Qwen2.5 1.5B Instruct"
  ModelKind kind = ModelKind::kChat;
  std::string licence;
  std::string repository, revision;  // of the hub
  int context_length = 0;
  int layers = 0, kv_heads = 0, head_dim = 0;  // of a decoder
  std::vector<ModelFile> files;

  std::int64_t bytes() const;  // of all files
  /// About what it needs to answer: its weights, keys and values of 4,096 tokens, buffers and vocabulary.
  std::int64_t memory_bytes() const;
  /// A GGUF file, installed as ID.gguf; otherwise it is a folder ID.
  bool is_one_file() const { return files.size() == 1; }
};

class Catalogue {
 public:
  /// Throws Error kCorrupt, which names `origin` and the entry.
  static Catalogue parse(std::string_view json, const std::string& origin);

  const std::vector<CatalogueModel>& models() const { return models_; }
  const CatalogueModel* find(std::string_view id) const;  // null where there is none

 private:
  std::vector<CatalogueModel> models_;
};

/// Read once. Throws Error kNotFound, kIo, kCorrupt (of the file that LECTERN_CATALOGUE names).
const Catalogue& catalogue();

}  // namespace lectern::hub
