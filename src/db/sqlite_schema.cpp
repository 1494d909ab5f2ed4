#include "db/sqlite_schema.h"

#include <fmt/format.h>

namespace gt {

namespace {

Result<void> apply(SqliteConnection& connection, const Migration& step, Time now) {
  TRY(connection.run_script("BEGIN IMMEDIATE"));
  TRY(connection.run_script(step.sql));
  TRY(
      connection.execute("INSERT INTO schema_migration (number, name, applied_at) VALUES (:number, "
                         ":name, :applied_at)",
                         {step.number, step.name, now}));
  TRY(connection.run_script(fmt::format("PRAGMA user_version = {}", step.number).c_str()));
  return connection.run_script("COMMIT");
}

}  // namespace

Result<int> schema_version(SqliteConnection& connection) {
  int version = 0;
  TRY(connection.query("PRAGMA user_version", {}, std::array{ColumnType::integer},
                       [&](std::span<const Cell> cells) -> Result<void> {
                         version = static_cast<int>(cells[0].integer);
                         return {};
                       }));
  return version;
}

Result<void> check_not_newer(int version, std::span<const Migration> steps) {
  if (version <= static_cast<int>(steps.size())) return {};
  return Error{
      Errc::conflict,
      fmt::format("the database was made by a newer geartrain (schema {}, this one knows {})",
                  version, steps.size()),
      "use the newer geartrain, or set GEARTRAIN_HOME to another folder"};
}

Result<void> migrate(SqliteConnection& connection, std::span<const Migration> steps, Time now) {
  const int version = TRY(schema_version(connection));
  TRY(check_not_newer(version, steps));
  for (const Migration& step : steps) {
    if (step.number <= version) continue;
    Result<void> applied = apply(connection, step, now);
    if (applied.ok()) continue;
    connection.roll_back();
    return std::move(applied).context("bringing the database to schema {} ({})", step.number,
                                      step.name);
  }
  return {};
}

}  // namespace gt
