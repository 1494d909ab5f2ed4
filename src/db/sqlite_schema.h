/// Brings the schema of a SQLite database up to date.
#pragma once

#include <span>

#include "base/clock.h"
#include "db/migration.h"
#include "db/sqlite_connection.h"

namespace gt {

/// The number of the last migration that was applied; 0 for a new database. One page read.
Result<int> schema_version(SqliteConnection& connection);

/// Errc::conflict when the database is ahead of `steps`.
Result<void> check_not_newer(int version, std::span<const Migration> steps);

/// Applies what is missing, each step in a transaction of its own. The caller keeps other writers
/// out.
Result<void> migrate(SqliteConnection& connection, std::span<const Migration> steps, Time now);

}  // namespace gt
