// SQLite's files and memory, failing on demand: the n-th call of a kind fails, or the process dies there.
#pragma once

#include <ostream>

namespace lectern::test {

enum class Call { kWrite, kSync, kTruncate, kOpen, kDelete, kShare, kAllocate };

enum class Fault {
  kError,     // this call alone reports an error of the disk (or no memory)
  kHalf,      // a write that stops half way, once
  kFullDisk,  // this call and all later ones of its kind
  kDeath,     // SIGKILL
};

/// Makes what is below the default of every connection opened later. Once, before SQLite's first use.
void install_failing_vfs();

/// The `nth` call (from 1) of that kind from now on fails.
void arm(Call call, Fault fault, int nth);
/// Nothing fails from now on. Returns how many calls of the armed kind there were.
int disarm();

std::ostream& operator<<(std::ostream& out, Call call);
std::ostream& operator<<(std::ostream& out, Fault fault);

}  // namespace lectern::test
