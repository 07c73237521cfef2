// The files that stand beside a library's.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace lectern::library {

/// What is added to the library's name: SQLite's files, the writer's lock, the copy that mending makes.
inline constexpr std::string_view kCompanions[] = {"-wal", "-shm", "-journal", "-writer", "-mended"};

/// Whether `path` is the library or one of its companions.
bool is_of_library(std::string_view path, std::string_view library);

std::vector<std::filesystem::path> companions(const std::filesystem::path& library);

}  // namespace lectern::library
