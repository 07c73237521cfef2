// Where Lectern keeps its files, and how it names them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace lectern {

std::filesystem::path cache_directory();  // $XDG_CACHE_HOME/lectern, else ~/.cache/lectern; created
std::filesystem::path data_directory();   // $XDG_DATA_HOME/lectern, else ~/.local/share/lectern; created
std::filesystem::path executable_directory();

/// The path for a message: quoted, with bytes that are not UTF-8 or not printable escaped.
std::string quoted(const std::filesystem::path& path);

/// Valid UTF-8 of any bytes: what is malformed becomes U+FFFD.
std::string to_valid_utf8(std::string_view bytes);

/// Writes through `write` to a file beside `path`, syncs it, then renames it into place: whole or not at all.
/// Throws Error kIo, and what `write` throws.
void write_atomically(const std::filesystem::path& path, const std::function<void(int descriptor)>& write);

}  // namespace lectern
