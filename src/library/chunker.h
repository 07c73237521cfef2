// Cuts a document into passages, and these into the parts that are embedded.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lectern/tokenizer.h"
#include "library/document.h"

namespace lectern::library {

/// Raised whenever the same document gives other chunks, or these other words in the full-text index.
inline constexpr int kChunkerVersion = 3;

/// Tokens of a chunk at most, special ones and headings included: what MiniLM was trained to read.
inline constexpr int kMaxChunkTokens = 256;

/// Word pieces of a part, unless one sentence has more. MiniLM says best what a few sentences are about: with parts of
/// 64 more is found than with 40, 80, 96 or whole passages (docs/retrieval.md).
inline constexpr int kPartPieces = 64;

struct Chunk {
  Span span;                                // of its text, without white space at the ends
  std::optional<int> page;                  // where it begins
  std::string heading;                      // "Chapter › Section", or empty
  int word_pieces = 0;                      // of its text
  std::vector<std::vector<TokenId>> parts;  // to embed, in order: special tokens, headings, some sentences each
};

/// Chunks are cut at sentences, and at headings always; a section too long for one is cut into parts of like length,
/// between paragraphs where that costs little. Only a sentence too long for a chunk is cut at words, a word too long
/// inside. Every word piece of the text is in exactly one chunk, and in one of its parts.
class Chunker {
 public:
  /// `max_tokens`: of one chunk, special ones included. `tokenizer` must outlive it.
  Chunker(const Tokenizer& tokenizer, int max_tokens);

  std::vector<Chunk> chunk(const Document& document) const;

 private:
  struct Unit;  // a sentence, or a part of a long one
  struct Section;

  std::vector<Section> sections(const Document& document) const;
  std::vector<Unit> units(std::string_view text, Span within, int capacity) const;
  void append_sentence(std::string_view text, Span sentence, int capacity, std::vector<Unit>& out) const;
  void append_word(std::string_view text, Span word, int capacity, std::vector<Unit>& out) const;
  void pack(const Document& document, const Section& section, std::vector<Chunk>& out) const;
  std::vector<TokenId> encode(std::string_view text, Span span) const;
  std::vector<TokenId> encode_path(std::span<const std::string> titles, int most) const;
  std::vector<TokenId> input(const std::vector<TokenId>& path, std::span<const Unit> units) const;
  static std::vector<std::span<const Unit>> cut(std::span<const Unit> units, int capacity);
  static std::size_t piece_end(std::span<const Unit> units, double target, int capacity);

  const Tokenizer& tokenizer_;
  int max_tokens_;
  std::vector<TokenId> prefix_, suffix_;  // [CLS], [SEP]
};

}  // namespace lectern::library
