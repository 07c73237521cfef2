// Progress of long work, reported to whoever shows it.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace lectern {

struct Progress {
  std::string_view stage;  // "compile", "extract", "embed", …
  std::string_view unit;   // what is counted: "MiB", "word pieces", "documents"
  std::int64_t done = 0;
  std::int64_t total = 0;   // 0 where not yet known; it may grow while work is found
  std::string_view detail;  // the file in hand, or empty
};

/// Called from the thread that does the work, often: it must return at once.
using ProgressCallback = std::function<void(const Progress&)>;

}  // namespace lectern
