// Documents as other programs write them, built byte by byte.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lectern::test {

struct PdfText {
  double x = 72, y = 700;  // points from the bottom left corner
  double size = 11;
  std::string text;  // Latin-1
};

/// One content stream a page, Helvetica.
std::string make_pdf(const std::vector<std::vector<PdfText>>& pages, const std::string& title = "");

/// A zip archive of these parts (name, content).
std::string make_zip(const std::vector<std::pair<std::string, std::string>>& parts);

/// `body` is what stands inside <w:body>; styles Heading1 and Heading2 are there.
std::string make_docx(const std::string& body, const std::string& title = "");
/// <w:p> with that style (may be empty).
std::string paragraph(const std::string& text, const std::string& style = "");

/// UTF-16 with a byte order mark, from UTF-8 of the Basic Multilingual Plane.
std::string utf16(const std::string& utf8, bool big_endian);

}  // namespace lectern::test
