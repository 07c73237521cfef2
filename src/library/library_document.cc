// One document out of a library.
#include "lectern/library_document.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>

#include "core/paths.h"
#include "lectern/error.h"
#include "library/document_text.h"
#include "library/existing.h"
#include "library/migration.h"
#include "library/walk.h"
#include "library/word_boxes.h"
#include "storage/database.h"

namespace lectern {

using library::is_below;

namespace {

// One view of the library, however it is changed meanwhile.
class Reading {
 public:
  explicit Reading(const std::filesystem::path& file)
      : database_((library::check_exists(file), file), Database::Mode::kExisting),
        snapshot_(database_, Transaction::Kind::kRead) {
    library::check_is_library(database_);
  }
  Database& operator*() { return database_; }

 private:
  Database database_;
  Transaction snapshot_;
};

[[noreturn]] void refuse(std::string_view file, const std::string& why) {
  throw Error(ErrorCode::kNotFound, lectern::quoted(file) + " " + why);
}

struct Row {
  std::int64_t id = 0;
  std::string type, title, failure;
};

Row find_row(Database& database, std::string_view file) {
  Statement row(database, "SELECT id, type, title, failure FROM documents WHERE path = ?");
  if (!row.bind_blob(0, file).step()) refuse(file, "is no document of this library.");
  return {row.integer(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3))};
}

Row find_read(Database& database, std::string_view file) {
  Row row = find_row(database, file);
  if (!row.failure.empty()) refuse(file, row.failure + ".");
  return row;
}

// `word` follows what `line` covers, on the same line of print: more beside than below, and near.
bool continues(const TextBox& line, const TextBox& word, double aspect) {
  const double overlap = std::min(line.bottom, word.bottom) - std::max(line.top, word.top);
  const double lower = std::min(line.bottom - line.top, word.bottom - word.top);
  const double gap = (word.left - line.right) * aspect;  // in heights of the page
  const double height = std::max(line.bottom - line.top, word.bottom - word.top);
  return overlap > lower / 2 && word.right > line.left && gap > -height && gap < 2 * height;
}

void add_word(PageHighlight& page, const library::WordBox& word) {
  const auto fraction = [](float part, double whole) { return whole > 0 ? static_cast<double>(part) / whole : 0; };
  const TextBox box{fraction(word.left, page.width), fraction(word.top, page.height), fraction(word.right, page.width),
                    fraction(word.bottom, page.height)};
  const double aspect = page.height > 0 ? page.width / page.height : 1;
  if (page.boxes.empty() || !continues(page.boxes.back(), box, aspect)) {
    page.boxes.push_back(box);
    return;
  }
  TextBox& line = page.boxes.back();
  line = {std::min(line.left, box.left), std::min(line.top, box.top), std::max(line.right, box.right),
          std::max(line.bottom, box.bottom)};
}

std::optional<std::string> real_path(const std::string& path) {
  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) == nullptr) return std::nullopt;
  return resolved;
}

// Where an open descriptor leads.
std::string path_of(int descriptor) {
  std::array<char, PATH_MAX> path{};
  const auto size = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
  return size < 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(size));
}

bool is_in_folders(Database& database, const std::string& path) {
  Statement folders(database, "SELECT path FROM folders");
  while (folders.step()) {
    const auto folder = real_path(std::string(folders.blob(0)));
    if (folder && is_below(path, *folder)) return true;
  }
  return false;
}

// Closed at the end of its scope.
struct Descriptor {
  int number = -1;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

ReadDocument read_document(const std::filesystem::path& library, std::string_view file) {
  Reading reading(library);
  Row row = find_read(*reading, file);
  return {library::document_text(*reading, row.id), std::string(file), std::move(row.type), std::move(row.title)};
}

std::vector<PageHighlight> find_boxes(const std::filesystem::path& library, std::string_view file, Span span) {
  Reading reading(library);
  const Row row = find_read(*reading, file);
  if (span.begin >= span.end) return {};
  Statement pages(*reading,
                  "SELECT number, span_begin, span_end, boxes FROM pages WHERE document = ? AND span_begin < ? AND "
                  "span_end > ? AND boxes IS NOT NULL ORDER BY number");
  pages.bind(0, row.id).bind(1, span.end).bind(2, span.begin);
  std::vector<PageHighlight> out;
  while (pages.step()) {
    const auto stored = library::decode_word_boxes(pages.blob(3), {pages.integer(1), pages.integer(2)});
    PageHighlight page{static_cast<int>(pages.integer(0)), stored.width, stored.height, {}};
    for (const auto& word : stored.words) {
      if (word.span.begin < span.end && word.span.end > span.begin) add_word(page, word);
    }
    if (!page.boxes.empty()) out.push_back(std::move(page));
  }
  return out;
}

OriginalFile::~OriginalFile() { ::close(descriptor_); }

// What is checked is the file that is open, not its name: that may lead elsewhere a moment later.
std::shared_ptr<const OriginalFile> open_original(const std::filesystem::path& library, std::string_view file) {
  Reading reading(library);
  const Row row = find_row(*reading, file);
  if (!file.starts_with('/')) refuse(file, "is no file of this machine.");
  const std::string path(file);
  const Descriptor place{::open(path.c_str(), O_PATH | O_CLOEXEC)};
  if (place.number < 0) refuse(file, "is not there any more, or cannot be reached.");
  struct stat status {};
  if (::fstat(place.number, &status) != 0 || !S_ISREG(status.st_mode)) refuse(file, "is no regular file any more.");
  if (!is_in_folders(*reading, path_of(place.number))) refuse(file, "leads out of the library's folders.");
  const int descriptor = ::open(("/proc/self/fd/" + std::to_string(place.number)).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) refuse(file, "may not be read.");
  return std::make_shared<const OriginalFile>(descriptor, status.st_size, row.type);
}

}  // namespace lectern
