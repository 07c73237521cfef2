// How much memory a model may still take.
#pragma once

#include <cstdint>
#include <optional>

namespace lectern::server {

/// Bytes that this machine, and the control group that the server runs in, have left without swapping; nothing where
/// the kernel does not tell.
std::optional<std::int64_t> free_memory();

}  // namespace lectern::server
