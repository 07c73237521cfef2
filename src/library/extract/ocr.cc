#include "library/extract/ocr.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "library/extract/encoding.h"
#include "library/extract/text_builder.h"

namespace lectern::library {
namespace {

constexpr const char* kLibrary = "libtesseract.so.5";
constexpr const char* kFolders[] = {"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata"};
constexpr std::size_t kMaxLanguages = 4;  // each one more makes it slower

// Of tesseract's capi.h: its C interface, looked up by name, as it may not be there.
constexpr int kTextLine = 2, kWord = 3;  // TessPageIteratorLevel

struct Tesseract {
  void* (*create)();
  int (*init)(void* api, const char* folder, const char* languages);
  void (*set_image)(void* api, const unsigned char* pixels, int width, int height, int pixel_bytes, int row_bytes);
  void (*set_resolution)(void* api, int dpi);
  int (*recognize)(void* api, void* monitor);
  void* (*iterator)(void* api);
  void (*delete_iterator)(void* iterator);
  int (*next)(void* iterator, int level);
  char* (*text)(const void* iterator, int level);
  void (*delete_text)(const char* text);
  const void* (*page_iterator)(const void* iterator);
  int (*box)(const void* page_iterator, int level, int* left, int* top, int* right, int* bottom);

  // False where one of them is missing.
  bool load(void* library) {
    bool all = true;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
      all = all && function != nullptr;
    };
    find(create, "TessBaseAPICreate");
    find(init, "TessBaseAPIInit3");
    find(set_image, "TessBaseAPISetImage");
    find(set_resolution, "TessBaseAPISetSourceResolution");
    find(recognize, "TessBaseAPIRecognize");
    find(iterator, "TessBaseAPIGetIterator");
    find(delete_iterator, "TessResultIteratorDelete");
    find(next, "TessResultIteratorNext");
    find(text, "TessResultIteratorGetUTF8Text");
    find(delete_text, "TessDeleteText");
    find(page_iterator, "TessResultIteratorGetPageIteratorConst");
    find(box, "TessPageIteratorBoundingBox");
    return all;
  }
};

// "eng+deu" of the files in `folder`.
std::string languages_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().stem();
    if (entry.path().extension() != ".traineddata" || name == "osd" || name == "equ") continue;
    names.push_back(name);
  }
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a != "eng", a) < std::pair(b != "eng", b);
  });
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxLanguages); ++i) out += (i > 0 ? "+" : "") + names[i];
  return out;
}

// Lines of one type have boxes of different heights, as their letters have: nearly usual ones become usual.
void even_out(std::vector<PdfWord>& words) {
  if (words.empty()) return;
  std::vector<float> heights;
  for (const PdfWord& word : words) heights.push_back(word.bottom - word.top);
  const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
  std::nth_element(heights.begin(), middle, heights.end());
  const float usual = *middle;
  for (PdfWord& word : words) {
    const float height = word.bottom - word.top, centre = (word.top + word.bottom) / 2;
    if (height > 1.4f * usual || height < 0.6f * usual) continue;
    word.top = centre - usual / 2;
    word.bottom = centre + usual / 2;
  }
}

class TesseractOcr : public Ocr {
 public:
  TesseractOcr(const Tesseract& tesseract, void* api) : tesseract_(tesseract), api_(api) {}

  std::vector<PdfWord> read(const GreyImage& image) override {
    std::vector<PdfWord> out;
    tesseract_.set_image(api_, image.pixels, image.width, image.height, 1, image.row_bytes);
    tesseract_.set_resolution(api_, static_cast<int>(image.dpi));
    if (tesseract_.recognize(api_, nullptr) != 0) return out;
    void* iterator = tesseract_.iterator(api_);
    if (iterator == nullptr) return out;  // a blank page
    do {
      PdfWord word = word_at(iterator, 72 / image.dpi);
      if (!word.text.empty()) out.push_back(std::move(word));
    } while (tesseract_.next(iterator, kWord) != 0);
    tesseract_.delete_iterator(iterator);
    even_out(out);
    return out;
  }

 private:
  // As high as its line: the box of a word is as high as its letters.
  PdfWord word_at(const void* iterator, float points) const {
    PdfWord word;
    int left = 0, top = 0, right = 0, bottom = 0, unused = 0;
    const void* place = tesseract_.page_iterator(iterator);
    const char* text = tesseract_.text(iterator, kWord);
    if (text == nullptr) return word;
    if (tesseract_.box(place, kWord, &left, &top, &right, &bottom) != 0 &&
        tesseract_.box(place, kTextLine, &unused, &top, &unused, &bottom) != 0) {
      word.text = one_line(clean_text(text));
      word.left = static_cast<float>(left) * points;
      word.top = static_cast<float>(top) * points;
      word.right = static_cast<float>(right) * points;
      word.bottom = static_cast<float>(bottom) * points;
      word.space_after = true;
    }
    tesseract_.delete_text(text);
    return word;
  }

  Tesseract tesseract_;
  void* api_;  // lives as long as the process
};

}  // namespace

std::unique_ptr<Ocr> Ocr::open() {
  for (const char* folder : kFolders) {
    const std::string languages = languages_in(folder);
    if (languages.empty()) continue;
    void* library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    Tesseract tesseract{};
    if (library == nullptr || !tesseract.load(library)) return nullptr;
    void* api = tesseract.create();
    if (tesseract.init(api, folder, languages.c_str()) == 0) return std::make_unique<TesseractOcr>(tesseract, api);
  }
  return nullptr;
}

}  // namespace lectern::library
