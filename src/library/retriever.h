// Finds the passages that answer a question.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "lectern/engine.h"
#include "lectern/library.h"
#include "library/full_text.h"
#include "library/passages.h"
#include "library/store.h"
#include "library/stored_vectors.h"
#include "library/vector_index.h"

namespace lectern::library {

/// Dense and full-text search, their scores fused. Safe to use from several threads; it never waits for the writer.
class Retriever {
 public:
  /// `store` is its own connection.
  Retriever(Store& store, Engine& embedder);

  std::vector<Passage> search(std::string_view question, int top_k);

  /// Cosines of `text` with each of `others`.
  std::vector<double> similarities(std::string_view text, std::span<const std::string> others) const;

 private:
  std::vector<TokenId> tokens(std::string_view text) const;
  std::vector<float> embed(std::string_view question) const;
  void refresh();
  std::vector<Ranked> fuse(std::string_view question, std::span<const float> query, std::size_t count);

  Store& store_;
  Engine& embedder_;
  std::mutex mutex_;
  std::unique_ptr<VectorIndex> vectors_;
  StoredVectors stored_;
  FullText full_text_;
  std::int64_t data_version_ = -1;
  std::int64_t last_chunk_ = 0;
};

}  // namespace lectern::library
