#include "db/database_check.h"

#include <array>
#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "db/migration.h"
#include "db/sqlite_schema.h"

namespace gt {

namespace {

Result<bool> is_there(const std::string& path) { return TRY(kind_of(path)) != PathKind::nothing; }

}  // namespace

Result<DatabaseCheck> check_database(const std::string& home) {
  const std::string file = join_path(home, "geartrain.db");
  if (!TRY(is_there(file))) return error(Errc::not_found, "there is no {}", printable(file));
  const bool has_journal = TRY(is_there(file + "-wal"));
  const bool has_index = TRY(is_there(file + "-shm"));
  if (has_journal && !has_index)
    return error(Errc::unavailable, "the journal of {} has no index, which the next command makes",
                 printable(file));
  const UniqueFd folder = TRY(open_file(home, O_PATH | O_DIRECTORY));
  // Without a journal nobody has it open, and SQLite's usual way of reading would make one.
  auto connection =
      TRY(SqliteConnection::open(fmt::format("/proc/self/fd/{}/geartrain.db", folder.get()),
                                 has_journal ? Access::read : Access::read_unchanging));
  DatabaseCheck check{.version = TRY(schema_version(*connection)),
                      .version_known = static_cast<int>(migrations().size()),
                      .damages = {}};
  constexpr std::array columns = {ColumnType::text};
  TRY(connection->query("PRAGMA quick_check(5)", {}, columns,
                        [&](std::span<const Cell> cells) -> Result<void> {
                          if (cells[0].text != "ok") check.damages.push_back(cells[0].text);
                          return {};
                        }));
  return check;
}

}  // namespace gt
