// What the worker process says to its parent over a pipe: records, each a kind, a length and that many bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "library/document.h"

namespace lectern::library {

/// Numbers are little-endian. A stream begins with kMagic and ends with kEnd or kFailure; nothing follows.
inline constexpr std::uint64_t kRecordMagic = 0x31747874'6e74636cu;  // "lctntxt1"

enum class RecordKind : std::uint32_t {
  kText = 1,     // the whole text
  kTitle = 2,    // text
  kHeading = 3,  // u32 level, u64 begin, u64 end
  kPage = 4,     // u32 number, u64 begin, u64 end, then the word boxes
  kFailure = 5,  // why there is nothing: text, see IndexFailure
  kEnd = 6,
  kTime = 7,  // u64 begin, u64 milliseconds
};

/// Throws Error kIo when nobody reads.
void write_document(int descriptor, const Document& document);
void write_failure(int descriptor, std::string_view reason);

struct ExtractedRecords {
  Document document;
  std::string failure;  // empty where there is a document
};

/// Believes nothing: lengths, order, spans, times, UTF-8 and word boxes are checked. Throws Error kCorrupt.
ExtractedRecords read_records(std::span<const std::byte> bytes);

}  // namespace lectern::library
