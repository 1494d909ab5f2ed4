/// One connection to a SQLite database, with its prepared statements.
///
/// SOCI stays behind this header: statements with typed parameters and columns go through it; what
/// it has no words for (scripts, error codes) goes to SQLite's own handle.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "db/transaction.h"

namespace gt {

enum class Access {
  read,
  /// Of a database that nobody writes to meanwhile, in a folder where nothing can be made: SQLite's
  /// own way of reading needs a journal there. Whoever writes all the same is not noticed.
  read_unchanging,
  write,
};

/// Threads: one at a time.
class SqliteConnection {
 public:
  /// `path` has no blank, quote or '='; ":memory:" is a new database of this connection alone.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Access access);
  ~SqliteConnection();

  Result<std::int64_t> execute(std::string_view sql, Binds binds);
  Result<std::int64_t> execute_many(std::string_view sql, std::size_t width,
                                    std::span<const Bind> rows);
  Result<void> query(std::string_view sql, Binds binds, std::span<const ColumnType> columns,
                     const RowFunction& each);
  /// Any number of statements without parameters or answers.
  Result<void> run_script(const char* sql);
  /// Rolls back what is open; an error is left to the next statement to find.
  void roll_back();
  /// Of the journal, after the last commit of this connection; 0 before the first.
  std::int64_t journal_bytes() const;

 private:
  struct Statement;
  struct State;
  explicit SqliteConnection(std::unique_ptr<State> state);
  Result<std::int64_t> execute_rows(std::string_view sql, std::size_t width, std::size_t count,
                                    std::span<const Bind> rows);
  Result<Statement*> prepare(std::string_view sql, Binds binds,
                             std::span<const ColumnType> columns);

  std::unique_ptr<State> state_;
};

}  // namespace gt
