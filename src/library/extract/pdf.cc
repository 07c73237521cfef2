#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-image.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>
#include <poppler-toc.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/failure.h"
#include "library/extract/ocr.h"
#include "library/extract/pdf_text.h"
#include "library/extract/readers.h"
#include "library/extract/text_builder.h"

namespace lectern::library {
namespace {

constexpr int kMaxPages = 100000;
constexpr std::size_t kMaxOutline = 100000;
constexpr std::size_t kMaxText = std::size_t{256} << 20;
constexpr int kMaxOutlineDepth = 9;
constexpr double kScanDpi = 300;      // what tesseract was made for
constexpr double kMaxPixels = 3.0e7;  // of a page: A2 at that resolution

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

// The page by sight.
std::vector<PdfWord> look_at(const poppler::page& page, Ocr& ocr) {
  const auto rect = page.page_rect();
  const double area = std::max(rect.width() * rect.height(), 1.0);  // in square points
  const double dpi = std::min(kScanDpi, 72 * std::sqrt(kMaxPixels / area));
  poppler::page_renderer renderer;
  renderer.set_image_format(poppler::image::format_gray8);
  const poppler::image image = renderer.render_page(&page, dpi, dpi);
  if (!image.is_valid()) return {};
  return ocr.read({reinterpret_cast<const unsigned char*>(image.const_data()), image.width(), image.height(),
                   image.bytes_per_row(), static_cast<float>(dpi)});
}

// `ocr` reads what has no text; it may be nullptr.
PdfPage read_page(poppler::document& document, int index, Ocr* ocr, std::size_t& bytes) {
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
  if (out.words.empty() && ocr != nullptr) {
    out.words = look_at(*page, *ocr);
    for (const PdfWord& word : out.words) bytes += word.text.size();
  }
  if (bytes > kMaxText) throw ExtractFailure("holds more than 256 MiB of text");
  return out;
}

std::unique_ptr<Ocr> installed_ocr;  // opened before the sandbox closes

std::unique_ptr<poppler::document> open_document(std::string_view bytes) {
  if (bytes.substr(0, 1024).find("%PDF-") == std::string_view::npos) throw ExtractFailure("is not a PDF");
  if (bytes.size() > 0x7fffffffu) throw ExtractFailure("is larger than the PDF reader can hold (2 GiB)");
  auto document = load(bytes);
  if (!document) throw ExtractFailure("is a damaged PDF: it cannot be opened");
  if (document->is_locked()) throw ExtractFailure("is encrypted: remove its password");
  const int count = document->pages();
  if (count <= 0) throw ExtractFailure("is a damaged PDF: no page can be read");
  if (count > kMaxPages) throw ExtractFailure("claims to have more than 100,000 pages");
  return document;
}

std::vector<PdfPage> read_pages(poppler::document& document, Ocr* ocr) {
  std::vector<PdfPage> pages;
  std::size_t text = 0;
  for (int i = 0; i < document.pages(); ++i) pages.push_back(read_page(document, i, ocr, text));
  return pages;
}

bool has_no_words(const PdfPage& page) { return page.words.empty(); }

Document finish(poppler::document& document, std::vector<PdfPage> pages) {
  Document out = lay_out(std::move(pages), outline(document));
  out.title = one_line(utf8(document.get_title()));
  return out;
}

}  // namespace

void prepare_pdf(const SandboxLimits&) {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  static const auto kept = load(kTinyPdf);     // the tables live as long as a document does
  poppler::ustring::from_utf8("a").to_utf8();  // iconv reads its list of modules once
}

void prepare_scan(const SandboxLimits& limits) {
  prepare_pdf(limits);
  installed_ocr = Ocr::open();
}

Document read_pdf(std::string_view bytes) {
  const auto document = open_document(bytes);
  auto pages = read_pages(*document, nullptr);
  const auto blank = std::count_if(pages.begin(), pages.end(), has_no_words);
  if (blank * 2 > std::ssize(pages)) throw NoTextLayer();
  return finish(*document, std::move(pages));
}

Document read_scan(std::string_view bytes) {
  const auto document = open_document(bytes);
  auto pages = read_pages(*document, installed_ocr.get());
  if (std::all_of(pages.begin(), pages.end(), has_no_words)) {
    if (installed_ocr) throw ExtractFailure("has no text layer, and no text can be seen on its pages");
    throw MissingTool("has no text layer: it may be a scan, which needs tesseract to be read");
  }
  return finish(*document, std::move(pages));
}

}  // namespace lectern::library
