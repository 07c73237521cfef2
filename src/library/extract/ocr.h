// Text by sight: tesseract, where it is installed.
#pragma once

#include <memory>
#include <vector>

#include "library/extract/pdf_line.h"

namespace lectern::library {

/// A page as grey values, rows from the top.
struct GreyImage {
  const unsigned char* pixels;
  int width, height, row_bytes;
  float dpi;
};

class Ocr {
 public:
  /// With the languages that are installed, English first. Opens files: before the sandbox closes. nullptr where
  /// tesseract or its languages are missing.
  static std::unique_ptr<Ocr> open();

  Ocr() = default;
  virtual ~Ocr() = default;
  Ocr(const Ocr&) = delete;
  /// In reading order, in points.
  virtual std::vector<PdfWord> read(const GreyImage& image) = 0;
};

}  // namespace lectern::library
