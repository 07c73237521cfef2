// Runs the worker process over bytes.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "library/extractor.h"
#include "support/temporary_file.h"

namespace lectern::test {

inline library::Extraction extract(std::string_view bytes, const std::string& type,
                                   const library::ExtractLimits& limits = {}) {
  const auto file = support::temporary_folder("extract") / "document";
  support::write_file(file, bytes);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  auto out = library::Extractor().extract(descriptor, type, limits, {});
  ::close(descriptor);
  return out;
}

/// Headings as "1 Title" lines.
inline std::string headings_of(const library::Document& document) {
  std::string out;
  for (const auto& heading : document.headings) {
    out += std::to_string(heading.level) + ' ' +
           document.text.substr(static_cast<std::size_t>(heading.span.begin),
                                static_cast<std::size_t>(heading.span.end - heading.span.begin)) +
           '\n';
  }
  return out;
}

}  // namespace lectern::test
