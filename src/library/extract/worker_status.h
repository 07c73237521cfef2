// Exit statuses of lectern-extract.
#pragma once

namespace lectern::library {

inline constexpr int kWorkerDone = 0;  // a document or a failure was written
inline constexpr int kWorkerFailed = 1;
inline constexpr int kWorkerUsage = 2;
inline constexpr int kWorkerOutOfMemory = 3;

}  // namespace lectern::library
