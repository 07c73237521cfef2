#include "library/document_types.h"

#include <algorithm>

namespace lectern::library {
namespace {

constexpr DocumentType kTypes[] = {
    {"txt", "txt text", "text"},
    {"md", "md markdown", "Markdown"},
    {"html", "html htm xhtml", "HTML"},
    {"pdf", "pdf", "PDF"},
    {"docx", "docx docm", "Word"},
    {"doc", "doc", "Word"},
    {"odt", "odt", "OpenDocument"},
    {"pptx", "pptx pptm", "PowerPoint"},
    {"xlsx", "xlsx xlsm", "Excel"},
    {"csv", "csv tsv", "CSV"},
    {"epub", "epub", "EPUB"},
    {"eml", "eml", "mail"},
    {"srt", "srt", "transcript"},
    {"vtt", "vtt", "transcript"},
    {"xml", "xml", "XML"},
};

bool names(std::string_view extensions, std::string_view extension) {
  while (!extensions.empty()) {
    const std::size_t end = std::min(extensions.find(' '), extensions.size());
    if (extensions.substr(0, end) == extension) return true;
    extensions.remove_prefix(std::min(end + 1, extensions.size()));
  }
  return false;
}

}  // namespace

std::span<const DocumentType> document_types() { return kTypes; }

const DocumentType* find_document_type(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const DocumentType& type) { return type.name == name; });
  return found == std::end(kTypes) ? nullptr : found;
}

std::string document_type(const std::filesystem::path& path) {
  std::string extension = path.extension().native();
  if (extension.empty()) return {};
  extension.erase(0, 1);
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const DocumentType& type : kTypes) {
    if (names(type.extensions, extension)) return std::string(type.name);
  }
  return {};
}

std::string known_types() {
  std::string out;
  for (const DocumentType& type : kTypes) out.append(out.empty() ? "" : ", ").append(type.name);
  return out;
}

}  // namespace lectern::library
