// Libraries of earlier schema versions become today's.
#pragma once

#include <cstdint>

#include "storage/database.h"

namespace lectern::library {

inline constexpr std::int64_t kApplicationId = 0x4c637472;  // PRAGMA application_id: "Lctr"
inline constexpr std::int64_t kSchemaVersion = 2;           // PRAGMA user_version: what schema.sql makes

/// Makes a library of an empty database, and today's version of an earlier one: one transaction a version, so that a
/// process that is killed leaves a library of one version or the next. Waits for another process that does it;
/// who reads with an earlier program reads on meanwhile and afterwards.
/// Throws Error: kVersion (of a newer Lectern), kCorrupt (no library, or a damaged one), kBusy (an earlier version that
/// is being indexed), kIo.
void create_or_migrate(Database& database);

/// The second half of it, for a caller that holds the WriterLock.
void migrate(Database& database);

/// Throws Error: kNotFound (nothing was ever written to it), kCorrupt (another program's database), kVersion.
void check_is_library(Database& database);

}  // namespace lectern::library
