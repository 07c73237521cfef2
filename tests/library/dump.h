// All that a library holds, as text to compare.
#pragma once

#include <filesystem>
#include <string>

namespace lectern::test {

/// One line a row, each with its columns' names and SQL values; row numbers are left out, so that libraries that came
/// about in different ways can be equal. Throws what SQLite reports.
std::string dump(const std::filesystem::path& library);

/// The first lines in which two dumps differ; empty where they are equal.
std::string difference(const std::string& one, const std::string& other);

}  // namespace lectern::test
