#include "library/chunk_words.h"

#include <string>

#include "library/words.h"

namespace lectern::library {

ChunkWords::ChunkWords(Database& database)
    : insert_(database, "INSERT INTO chunk_words (rowid, heading, body) VALUES (?, ?, ?)") {}

void ChunkWords::put(std::int64_t chunk, std::string_view heading, std::string_view text) {
  const std::string heading_words = index_text(heading), text_words = index_text(text);
  insert_.bind(0, chunk).bind_text(1, heading_words).bind_text(2, text_words).run();
}

}  // namespace lectern::library
