// The types of documents that Lectern reads: the one table of them.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace lectern::library {

struct DocumentType {
  std::string_view name;        // in the library and on the worker's command line
  std::string_view extensions;  // in lower case, separated by spaces
  std::string_view reader;      // as people call the format
};

std::span<const DocumentType> document_types();
/// nullptr where there is none of that name.
const DocumentType* find_document_type(std::string_view name);

/// "pdf" for "Report.PDF": the type whose reader takes such a file, or empty.
std::string document_type(const std::filesystem::path& path);
/// "txt, md, html, …"
std::string known_types();

}  // namespace lectern::library
