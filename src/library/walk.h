// Which files folders hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lectern::library {

struct FoundFile {
  std::string path;  // absolute
  std::string type;  // see document_types.h; empty where it is none that Lectern reads
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::string failure;   // why it is not to be opened, to be read after its name; empty where it may be
  bool missing = false;  // one of the roots, and there is nothing at that path
};

struct Walk {
  std::vector<FoundFile> files;             // by path
  std::vector<std::string> unread_folders;  // whose files are not known: they may still be there
};

/// Hidden names are passed over, what editors and browsers leave beside a file that they write, and `library` with the
/// files beside it. Links are followed within
/// `roots` and named where they lead out of them; each folder and each file is visited once: under its own path where
/// `roots` hold that.
Walk walk(std::span<const std::filesystem::path> roots, const std::filesystem::path& library);

/// Without ".", ".." and a trailing slash.
std::filesystem::path absolute_path(const std::filesystem::path& path);
/// Whether `path` is `folder` or below it.
bool is_below(std::string_view path, std::string_view folder);

}  // namespace lectern::library
