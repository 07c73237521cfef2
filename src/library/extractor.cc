#include "library/extractor.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>

#include "core/paths.h"
#include "lectern/error.h"
#include "library/child_process.h"
#include "library/document_types.h"
#include "library/extract/records.h"
#include "library/extract/worker_status.h"

namespace lectern::library {
namespace {

constexpr std::size_t kMaxOutput = std::size_t{1} << 30;  // a text of 256 MiB with its word boxes
// A worker waits for nothing, but it may have to share its core with an embedding engine and others.
constexpr double kWallPerCpuSecond = 4;

std::string amount(double seconds) {
  return std::to_string(static_cast<long>(std::lround(std::max(seconds, 1.0)))) + " s";
}

std::string amount(std::int64_t bytes) {
  const std::int64_t mebibytes = std::max<std::int64_t>(bytes >> 20, 1);
  return mebibytes % 1024 == 0 ? std::to_string(mebibytes / 1024) + " GiB" : std::to_string(mebibytes) + " MiB";
}

std::string reader_name(std::string_view type) {
  const DocumentType* known = find_document_type(type);
  return std::string(known == nullptr ? type : known->reader) + " reader";
}

std::string last_line(std::string_view said) {
  while (!said.empty() && said.back() == '\n') said.remove_suffix(1);
  said.remove_prefix(said.rfind('\n') + 1);
  return said.empty() ? "without a word" : to_valid_utf8(said.substr(0, 200));
}

bool exited_with(const ChildResult& result, int status) {
  return result.end == ChildResult::End::kExited && result.code == status;
}

bool was_stopped_by(const ChildResult& result, int signal) {
  return result.end == ChildResult::End::kSignalled && result.code == signal;
}

// Of time or output: the same document would reach them again. Want of memory may be the machine's.
bool reached_its_limits(const ChildResult& result) {
  return result.end == ChildResult::End::kTooMuchOutput || was_stopped_by(result, SIGXCPU);
}

// Why there is nothing to read, empty where all went well.
std::string verdict(const ChildResult& result, const std::string& type, const ExtractLimits& limits) {
  const std::string memory = "needed more than " + amount(limits.memory_bytes) + " of memory to read";
  if (result.end == ChildResult::End::kOutOfTime) {
    return "took more than " + amount(kWallPerCpuSecond * limits.cpu_seconds) + " to read";
  }
  if (result.end == ChildResult::End::kTooMuchOutput) {
    return "gave more than " + amount(static_cast<std::int64_t>(kMaxOutput)) + " of text and word positions";
  }
  if (result.said.find("ut of memory") != std::string::npos) return memory;  // poppler's own last words
  if (was_stopped_by(result, SIGXCPU)) return "took more than " + amount(limits.cpu_seconds) + " to read";
  if (was_stopped_by(result, SIGKILL)) return "could not be read: its reader was killed, perhaps for want of memory";
  if (result.end == ChildResult::End::kSignalled) {
    return "could not be read: the " + reader_name(type) + " crashed (signal " + std::to_string(result.code) + ")";
  }
  switch (result.code) {
    case kWorkerDone:
    case kWorkerMissingTool:
      return "";
    case kWorkerNoTextLayer:
      return "has no text layer";
    case kWorkerOutOfMemory:
      return memory;
    default:
      return "could not be read: the " + reader_name(type) + " failed (" + last_line(result.said) + ")";
  }
}

std::filesystem::path find_worker() {
  if (const char* named = std::getenv("LECTERN_EXTRACTOR"); named != nullptr && *named != '\0') return named;
  const auto here = executable_directory();
  for (const auto& folder : {here, here.parent_path() / "bin", here.parent_path() / "libexec"}) {
    if (auto worker = folder / "lectern-extract"; ::access(worker.c_str(), X_OK) == 0) return worker;
  }
  throw Error(ErrorCode::kNotFound, "The document reader lectern-extract is missing: it should stand in " +
                                        quoted(here) + ". Build it, or name it in LECTERN_EXTRACTOR.");
}

ChildOptions worker_command(const std::filesystem::path& worker, int descriptor, const std::string& type,
                            const ExtractLimits& limits) {
  const auto seconds = static_cast<long>(std::ceil(std::max(limits.cpu_seconds, 1.0)));
  ChildOptions out;
  out.program = worker;
  out.arguments = {"lectern-extract", type, std::to_string(limits.memory_bytes), std::to_string(seconds)};
  // The last one is for tesseract: its process may start no threads.
  out.environment = {"LC_ALL=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0", "OMP_THREAD_LIMIT=1"};
  out.input = descriptor;
  out.wall_seconds = kWallPerCpuSecond * limits.cpu_seconds + 5;
  out.output_bytes = kMaxOutput;
  return out;
}

}  // namespace

Extractor::Extractor() : worker_(find_worker()) {}

Extraction Extractor::extract(int descriptor, const std::string& type, const ExtractLimits& limits,
                              std::stop_token stop) const {
  const ChildResult result = run_child(worker_command(worker_, descriptor, type, limits), stop);
  Extraction out;
  out.failure = verdict(result, type, limits);
  if (exited_with(result, kWorkerNoTextLayer) && type != kScanType && ::lseek(descriptor, 0, SEEK_SET) == 0) {
    return extract(descriptor, kScanType, {limits.scan_seconds, limits.memory_bytes, limits.scan_seconds}, stop);
  }
  out.try_again = !out.failure.empty() && !reached_its_limits(result);
  if (!out.failure.empty()) return out;
  try {
    ExtractedRecords records = read_records(result.output);
    out.document = std::move(records.document);
    out.failure = std::move(records.failure);
    out.try_again = exited_with(result, kWorkerMissingTool);
  } catch (const Error& error) {
    out.failure = std::string("could not be read: ") + error.what();
    out.try_again = true;
  }
  return out;
}

}  // namespace lectern::library
