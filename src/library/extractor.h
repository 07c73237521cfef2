// Runs lectern-extract, the worker process that reads documents, and believes nothing that it says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "library/document.h"

namespace lectern::library {

struct ExtractLimits {
  double cpu_seconds = 60;
  std::int64_t memory_bytes = std::int64_t{2} << 30;
  double scan_seconds = 1800;  // of processor time where pages are read by sight: some three a page
};

struct Extraction {
  Document document;
  std::string failure;     // why there is none, to be read after the file's name; empty where there is one
  bool try_again = false;  // the failure may be the machine's rather than the document's
};

class Extractor {
 public:
  /// Finds the worker beside this program (or what LECTERN_EXTRACTOR names). Throws Error kNotFound.
  Extractor();

  /// Reads the document behind `descriptor`, a file at its beginning, in a process of its own. Whatever
  /// happens to that process is a failure of this document. Throws Error: kCancelled, kIo (no process can be started).
  Extraction extract(int descriptor, const std::string& type, const ExtractLimits& limits, std::stop_token stop) const;

 private:
  std::filesystem::path worker_;
};

}  // namespace lectern::library
