// What the worker process gives up before it looks at a document.
#pragma once

#include <cstdint>

namespace lectern::library {

struct SandboxLimits {
  std::int64_t memory_bytes = std::int64_t{2} << 30;  // of address space
  std::int64_t cpu_seconds = 60;
};

/// Memory, processor time, core dumps, written files and descriptors are limited; then only the system calls of a
/// program that computes are left. Throws std::runtime_error where the kernel refuses.
void enter_sandbox(const SandboxLimits& limits);

}  // namespace lectern::library
