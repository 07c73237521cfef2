#include "library/extract/archive.h"

#include <zip.h>

#include <algorithm>
#include <vector>

#include "library/extract/failure.h"
#include "library/extract/hexadecimal.h"

namespace lectern::library {
namespace {

constexpr std::uint64_t kMaxPart = std::uint64_t{128} << 20;  // unpacked: a thousand-page novel has 10 MiB
constexpr std::uint64_t kMaxAll = std::uint64_t{256} << 20;   // of all parts that are looked at

[[noreturn]] void refuse_size(const std::string& name) {
  throw ExtractFailure("unpacks to more than 128 MiB (its part " + name.substr(0, 200) + "): not a sane document");
}

[[noreturn]] void refuse_damage(const std::string& name) {
  throw ExtractFailure("is damaged: its part " + name.substr(0, 200) + " cannot be unpacked");
}

// Names differ in case between a document's parts, and some programs write them with backslashes; -1 where there is
// none.
zip_int64_t find_part(zip_t* archive, std::string name) {
  const zip_int64_t found = zip_name_locate(archive, name.c_str(), ZIP_FL_NOCASE);
  if (found >= 0) return found;
  std::replace(name.begin(), name.end(), '/', '\\');
  return zip_name_locate(archive, name.c_str(), ZIP_FL_NOCASE);
}

std::string read_part(zip_t* archive, zip_uint64_t index, const std::string& name) {
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(archive, index, 0), &zip_fclose);
  if (!file) refuse_damage(name);
  std::string out;
  char buffer[65536];
  zip_int64_t got = 0;
  while ((got = zip_fread(file.get(), buffer, sizeof buffer)) > 0) {
    out.append(buffer, static_cast<std::size_t>(got));
    if (out.size() > kMaxPart) refuse_size(name);  // the stated size was a lie
  }
  if (got < 0) refuse_damage(name);
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int value = text[i] == '%' ? hexadecimal_byte(text.substr(i + 1)) : -1;
    out += value < 0 ? text[i] : static_cast<char>(value);
    if (value >= 0) i += 2;
  }
  return out;
}

}  // namespace

Archive::Archive(std::string_view bytes, std::string_view kind) : kind_(kind) {
  if (bytes.starts_with("\xd0\xcf\x11\xe0")) {
    throw ExtractFailure("is encrypted, or an old Office file by another name: remove its password, or save it as " +
                         kind_ + " anew");
  }
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) archive_ = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive_ != nullptr) return;
  if (source != nullptr) zip_source_free(source);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw ExtractFailure("is not " + kind_ + ", or is damaged: " + why);
}

Archive::~Archive() {
  if (archive_ != nullptr) zip_discard(archive_);
}

std::optional<std::string> Archive::part(const std::string& name) {
  const zip_int64_t found = find_part(archive_, name);
  if (found < 0) return std::nullopt;
  const auto index = static_cast<zip_uint64_t>(found);
  zip_stat_t stat;
  if (zip_stat_index(archive_, index, 0, &stat) != 0) refuse_damage(name);
  if ((stat.valid & ZIP_STAT_SIZE) == 0 || stat.size > kMaxPart) refuse_size(name);
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
    throw ExtractFailure("is encrypted: remove its password");
  }
  std::string out = read_part(archive_, index, name);
  unpacked_ += out.size();
  if (unpacked_ > kMaxAll) throw ExtractFailure("unpacks to more than 256 MiB: not a sane document");
  return out;
}

std::string Archive::needed_part(const std::string& name) {
  if (auto found = part(name)) return std::move(*found);
  throw ExtractFailure("is not " + kind_ + ": it has no " + name.substr(0, 200));
}

std::string resolve_reference(std::string_view from, std::string_view reference) {
  const std::string target = percent_decoded(reference.substr(0, reference.find('#')));
  const std::size_t slash = from.rfind('/');
  const bool absolute = target.starts_with('/') || slash == std::string_view::npos;
  const std::string path = absolute ? target : std::string(from.substr(0, slash + 1)) + target;
  std::vector<std::string_view> pieces;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view piece = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (piece == ".." && !pieces.empty()) pieces.pop_back();
    if (!piece.empty() && piece != "." && piece != "..") pieces.push_back(piece);
  }
  std::string out;
  for (const std::string_view piece : pieces) out.append(out.empty() ? "" : "/").append(piece);
  return out;
}

}  // namespace lectern::library
