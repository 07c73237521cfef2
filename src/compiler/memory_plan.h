// Where each buffer of a step lives.
#pragma once

#include <cstddef>

#include "compiler/program.h"

namespace lectern::compiler {

struct Arenas {
  std::size_t tokens = 0;  // bytes for each row of capacity
  std::size_t sequences = 0;
  std::size_t outputs = 0;
};

/// Fills in every buffer's row_bytes and offset: buffers that live at the same time never share bytes, others may. The
/// largest are placed first, each at the lowest place that is free through its life.
Arenas plan_memory(Program& program);

/// The calls through which a buffer holds something: from its first writer to its last reader, both included; the
/// result lives on to the end.
struct Lifetime {
  int first = 0;
  int last = 0;

  bool overlaps(const Lifetime& other) const { return first <= other.last && other.first <= last; }
};
std::vector<Lifetime> lifetimes(const Program& program);

}  // namespace lectern::compiler
