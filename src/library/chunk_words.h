// The rows of the full-text index: derived from chunks, and made anew from them at will.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/database.h"

namespace lectern::library {

class ChunkWords {
 public:
  explicit ChunkWords(Database& database);

  /// `text` is the chunk's own.
  void put(std::int64_t chunk, std::string_view heading, std::string_view text);

 private:
  Statement insert_;
};

}  // namespace lectern::library
