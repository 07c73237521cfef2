// One document of a library: its text, where its words stand, the file that it was read from. No model is needed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lectern/library.h"

namespace lectern {

// Each function below takes the library's file and a document's path as the library holds it, and throws Error:
// kNotFound (no such library or document; one that could not be read has no text), kCorrupt, kVersion, kIo.

struct DocumentText {
  struct Part {
    int number = 0;  // a heading's level, a page's number
    Span span;
  };

  std::string text;  // as extracted, what every span counts in
  std::vector<Part> headings, pages;
  std::vector<TimeMark> times;  // of a recording
};
struct ReadDocument : DocumentText {
  std::string file, type, title;
};
ReadDocument read_document(const std::filesystem::path& library, std::string_view file);

/// Fractions of the page's width and height, from its top left corner.
struct TextBox {
  double left = 0, top = 0, right = 0, bottom = 0;
};
struct PageHighlight {
  int page = 0;                  // physical, from 1
  double width = 0, height = 0;  // points
  std::vector<TextBox> boxes;    // one for each line or part of a line
};
/// Where `span` of the text stands on its pages, by page; nothing where that is not known.
std::vector<PageHighlight> find_boxes(const std::filesystem::path& library, std::string_view file, Span span);

/// Open for reading.
class OriginalFile {
 public:
  OriginalFile(int descriptor, std::int64_t size, std::string type)
      : descriptor_(descriptor), size_(size), type_(std::move(type)) {}
  ~OriginalFile();
  OriginalFile(const OriginalFile&) = delete;
  OriginalFile& operator=(const OriginalFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::int64_t size() const { return size_; }        // bytes, when it was opened
  const std::string& type() const { return type_; }  // "pdf", …
 private:
  int descriptor_;
  std::int64_t size_;
  std::string type_;
};
/// The document's file as it is now. kNotFound also where it is a video, is gone, is no regular file any more, or lies
/// outside the library's folders, links followed.
std::shared_ptr<const OriginalFile> open_original(const std::filesystem::path& library, std::string_view file);

}  // namespace lectern
