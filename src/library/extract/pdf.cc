#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>
#include <poppler-toc.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/pdf_text.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"

namespace lectern::library {
namespace {

constexpr int kMaxPages = 100000;
constexpr std::size_t kMaxOutline = 100000;
constexpr std::size_t kMaxText = std::size_t{256} << 20;
constexpr int kMaxOutlineDepth = 9;

// The smallest document that poppler takes, so that its tables are loaded before the sandbox closes.
constexpr std::string_view kTinyPdf =
    "%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj trailer<</Root 1 0 R>>\n";

std::unique_ptr<poppler::document> load(std::string_view bytes) {
  return std::unique_ptr<poppler::document>(
      poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
}

std::string utf8(const poppler::ustring& text) {
  std::string out;
  const auto size = static_cast<int32_t>(std::min<std::size_t>(text.size(), 0x7fffffff));
  for (int32_t i = 0; i < size;) {
    UChar32 c;
    U16_NEXT(text, i, size, c);
    if (U_IS_SURROGATE(c)) c = 0xfffd;
    char bytes[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, c);
    out.append(bytes, static_cast<std::size_t>(length));
  }
  return clean_text(out);
}

void add_entries(const poppler::toc_item& item, int level, std::vector<OutlineEntry>& out) {
  for (const poppler::toc_item* child : item.children()) {
    if (out.size() >= kMaxOutline) return;
    out.push_back({level, one_line(utf8(child->title()))});
    if (level < kMaxOutlineDepth) add_entries(*child, level + 1, out);
  }
}

std::vector<OutlineEntry> outline(poppler::document& document) {
  std::vector<OutlineEntry> out;
  const std::unique_ptr<poppler::toc> contents(document.create_toc());
  if (contents) add_entries(*contents->root(), 1, out);
  return out;
}

PdfPage read_page(poppler::document& document, int index, std::size_t& bytes) {
  PdfPage out;
  const std::unique_ptr<poppler::page> page(document.create_page(index));
  if (!page) return out;  // a page that the file names and does not have
  const auto rect = page->page_rect();
  out.width = static_cast<float>(rect.width());
  out.height = static_cast<float>(rect.height());
  for (const auto& box : page->text_list()) {
    PdfWord word;
    word.text = one_line(utf8(box.text()));
    const auto place = box.bbox();
    word.left = static_cast<float>(place.left());
    word.top = static_cast<float>(place.top());
    word.right = static_cast<float>(place.right());
    word.bottom = static_cast<float>(place.bottom());
    word.space_after = box.has_space_after();
    bytes += word.text.size();
    if (!word.text.empty()) out.words.push_back(std::move(word));
  }
  if (bytes > kMaxText) throw ExtractFailure("holds more than 256 MiB of text");
  return out;
}

}  // namespace

void prepare_pdf() {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  static const auto kept = load(kTinyPdf);     // the tables live as long as a document does
  poppler::ustring::from_utf8("a").to_utf8();  // iconv reads its list of modules once
}

Document read_pdf(std::string_view bytes) {
  if (bytes.substr(0, 1024).find("%PDF-") == std::string_view::npos) throw ExtractFailure("is not a PDF");
  if (bytes.size() > 0x7fffffffu) throw ExtractFailure("is larger than the PDF reader can hold (2 GiB)");
  const auto document = load(bytes);
  if (!document) throw ExtractFailure("is a damaged PDF: it cannot be opened");
  if (document->is_locked()) throw ExtractFailure("is encrypted: remove its password");
  const int count = document->pages();
  if (count <= 0) throw ExtractFailure("is a damaged PDF: no page can be read");
  if (count > kMaxPages) throw ExtractFailure("claims to have more than 100,000 pages");
  std::vector<PdfPage> pages;
  std::size_t text = 0;
  for (int i = 0; i < count; ++i) pages.push_back(read_page(*document, i, text));
  Document out = lay_out(std::move(pages), outline(*document));
  out.title = one_line(utf8(document->get_title()));
  return out;
}

}  // namespace lectern::library
