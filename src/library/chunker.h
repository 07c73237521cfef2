// Cuts a document into passages of one embedding each.
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

/// Raised whenever the same document gives other chunks.
inline constexpr int kChunkerVersion = 1;

/// Tokens of a chunk at most, special ones and headings included: what MiniLM was trained to read.
inline constexpr int kMaxChunkTokens = 256;

struct Chunk {
  Span span;                    // of its text, without white space at the ends
  std::optional<int> page;      // where it begins
  std::string heading;          // "Chapter › Section", or empty
  std::vector<TokenId> tokens;  // to embed: special tokens, headings, text
  int word_pieces = 0;          // of its text
};

/// Chunks are cut at sentences, and at headings always; a section too long for one is cut into parts of like length,
/// between paragraphs where that costs little. Only a sentence too long for a chunk is cut at words, a word too long
/// inside. Every word piece of the text is in exactly one chunk.
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
  static std::size_t chunk_end(const std::vector<Unit>& units, std::size_t begin, double target, int capacity);

  const Tokenizer& tokenizer_;
  int max_tokens_;
  std::vector<TokenId> prefix_, suffix_;  // [CLS], [SEP]
};

}  // namespace lectern::library
