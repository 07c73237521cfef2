// From ranked chunks to the passages that are shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lectern/library.h"
#include "storage/database.h"

namespace lectern::library {

struct Ranked {
  std::int64_t chunk = 0;
  double score = 0;
  double similarity = 0;
};

/// The first `count` passages of `ranked` (best first), read inside the caller's transaction. A chunk that says what a
/// better one said is folded into it; one that stands beside a better one is joined to it where both together have no
/// more word pieces than a chunk may.
std::vector<Passage> passages(Database& database, std::span<const Ranked> ranked, std::size_t count);

}  // namespace lectern::library
