// Exit statuses of lectern-extract.
#pragma once

namespace lectern::library {

inline constexpr int kWorkerDone = 0;  // a document or a failure was written
inline constexpr int kWorkerFailed = 1;
inline constexpr int kWorkerUsage = 2;
inline constexpr int kWorkerOutOfMemory = 3;
inline constexpr int kWorkerMissingTool = 5;  // a failure was written that an installation would mend
inline constexpr int kWorkerNoTextLayer = 4;  // a PDF to be read anew as type kScanType

/// The worker's name for a PDF that is read by sight; no file has this type.
inline constexpr const char* kScanType = "scan";

}  // namespace lectern::library
