// Libraries that are looked at rather than used: nothing is created, nothing is migrated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "lectern/error.h"
#include "storage/database.h"

namespace lectern::library {

/// Throws Error: kNotFound where there is no such file; as check_is_library does.
void check_exists(const std::filesystem::path& file);

/// Whether reading failed for what the file holds: SQLite saw damage, or a damaged schema makes nonsense of a
/// statement.
bool means_damage(const Error& error);

/// The numbers of all documents that can be found, ascending, whatever of the file is damaged. The rest of what they
/// hold may be damaged still.
std::vector<std::int64_t> find_documents(Database& database);

}  // namespace lectern::library
