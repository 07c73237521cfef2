#include "server/uploads.h"

#include <algorithm>

#include "core/paths.h"
#include "library/document_types.h"
#include "server/api_error.h"
#include "server/body_file.h"

namespace lectern::server {
namespace {

constexpr std::size_t kLongest = 255;  // bytes, of the file system

std::filesystem::path all_uploads() { return data_directory() / "uploads"; }

[[noreturn]] void refuse(const std::string& name, const std::string& why, const std::string& code = "invalid_value") {
  throw ApiError(400, lectern::quoted(name) + " " + why, "name", code);
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; }

}  // namespace

std::filesystem::path upload_folder(const std::string& library) { return all_uploads() / library; }

bool is_upload(const std::string& library, const std::string& document) {
  return document.starts_with(upload_folder(library).native() + "/");
}

std::filesystem::path upload_path(const std::string& library, const std::string& name) {
  const bool plain = !name.empty() && name.find('/') == std::string::npos && name.find('\\') == std::string::npos &&
                     std::ranges::none_of(name, is_control) && to_valid_utf8(name) == name;
  if (!plain) refuse(name, "is no plain name of a file: leave out folders, backslashes and control characters.");
  if (name.front() == '.') refuse(name, "begins with a dot: hidden files are not read, give it another name.");
  if (name.size() > kLongest) refuse(name, "is too long: a name may have 255 bytes.");
  if (library::document_type(name).empty())
    refuse(name, "is not of a type that Lectern reads (" + library::known_types() + ").", "unsupported_file_type");
  return upload_folder(library) / name;
}

void remove_uploads(const std::string& library) {
  std::error_code failed;
  std::filesystem::remove_all(upload_folder(library), failed);
  if (failed)
    throw Error(ErrorCode::kIo,
                lectern::quoted(upload_folder(library)) + " cannot be deleted: " + failed.message() + ".");
}

void remove_unfinished_uploads() {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(all_uploads(), ignored))
    remove_left_bodies(entry.path());
}

}  // namespace lectern::server
