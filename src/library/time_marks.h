// The moments of recordings, in SQL.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lectern/library.h"
#include "storage/database.h"

namespace lectern::library {

void put_time_marks(Database& database, std::int64_t document, std::span<const TimeMark> marks);
std::vector<TimeMark> time_marks(Database& database, std::int64_t document);
/// Those that `span` of the text needs: from the last one at or before its beginning on.
std::vector<TimeMark> time_marks(Database& database, std::int64_t document, Span span);

}  // namespace lectern::library
