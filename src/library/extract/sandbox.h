// What the worker process gives up before it looks at a document.
#pragma once

#include <cstdint>
#include <span>

namespace lectern::library {

struct SandboxLimits {
  std::int64_t memory_bytes = std::int64_t{2} << 30;  // of address space
  std::int64_t cpu_seconds = 60;
};

/// Memory, processor time, core dumps, written files and descriptors are limited; then only the system calls of a
/// program that computes are left. Throws std::runtime_error where the kernel refuses.
void enter_sandbox(const SandboxLimits& limits);

/// For a process that is about to become `program`, which may read what is below `readable` (missing ones are passed
/// over), its libraries and the file on its standard input; it may start and reach nothing else. Throws
/// std::runtime_error also where the kernel cannot confine what it opens (no Landlock).
void enter_tool_sandbox(const SandboxLimits& limits, const char* program, std::span<const char* const> readable);

}  // namespace lectern::library
