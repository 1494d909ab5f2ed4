/// The database of a home folder: SQLite in WAL mode, one writer, any number of readers.
///
/// Writers, of this process and others, queue on `write.lock` and then BEGIN IMMEDIATE: a waiter
/// gets its turn at once, where SQLite's own busy handler would sleep, and no transaction that
/// began fails for another's sake.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/file.h"
#include "db/database.h"
#include "db/home.h"

namespace gt {

struct SqliteOptions {
  /// none: a commit survives the process, and may be lost with the machine's power.
  Durability durability = Durability::sync;
  /// How long a writer waits for another.
  Duration write_wait_max = std::chrono::seconds(30);
};

class SqliteDatabase final : public Database {
 public:
  /// Creates the database, or brings its schema up to date, if need be. Errors beside those of
  /// statements: conflict when a newer geartrain made it.
  static Result<std::unique_ptr<SqliteDatabase>> open(const Home& home, Clock& clock,
                                                      const SqliteOptions& options = {});
  ~SqliteDatabase() override;

  Result<Transaction> begin_write() override;
  Result<Transaction> begin_read() override;
  Result<std::unique_ptr<Presence>> enter(const std::string& engine) override;
  Result<bool> is_present(const std::string& engine) override;
  Result<Bell> listen(Listener kind, const std::string& id) override;
  void ring(const std::string& engine) override;
  void ring_followers() override;
  void ring_engines() override;

 private:
  struct State;
  explicit SqliteDatabase(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace gt
