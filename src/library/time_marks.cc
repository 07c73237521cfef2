#include "library/time_marks.h"

#include <limits>

namespace lectern::library {

void put_time_marks(Database& database, std::int64_t document, std::span<const TimeMark> marks) {
  Statement insert(database, "INSERT INTO times (document, span_begin, milliseconds) VALUES (?, ?, ?)");
  for (const TimeMark& mark : marks) {
    insert.bind(0, document).bind(1, mark.span_begin).bind(2, mark.milliseconds).run();
  }
}

std::vector<TimeMark> time_marks(Database& database, std::int64_t document) {
  return time_marks(database, document, {0, std::numeric_limits<std::int64_t>::max()});
}

std::vector<TimeMark> time_marks(Database& database, std::int64_t document, Span span) {
  Statement rows(database,
                 "SELECT span_begin, milliseconds FROM times WHERE document = ?1 AND span_begin < ?3 AND span_begin >= "
                 "ifnull((SELECT max(span_begin) FROM times WHERE document = ?1 AND span_begin <= ?2), 0) "
                 "ORDER BY span_begin");
  rows.bind(0, document).bind(1, span.begin).bind(2, span.end);
  std::vector<TimeMark> out;
  while (rows.step()) out.push_back({rows.integer(0), rows.integer(1)});
  return out;
}

}  // namespace lectern::library
