#include "db/outside_query.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <sqlite3.h>

#include "base/test_folder.h"

using namespace gt;

namespace {

class Table {
 public:
  Table() { execute("CREATE TABLE t (id INTEGER, name TEXT, share REAL, bytes BLOB)"); }
  ~Table() { sqlite3_close(handle_); }

  void execute(const std::string& sql) {
    if (handle_ == nullptr) REQUIRE(sqlite3_open(path().c_str(), &handle_) == SQLITE_OK);
    REQUIRE(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  std::string path() const { return folder_ / "data.db"; }
  Result<std::optional<OutsideRow>> ask(const std::string& query) const {
    return first_row_of({.path = path(), .query = query});
  }

 private:
  TestFolder folder_;
  sqlite3* handle_ = nullptr;
};

}  // namespace

TEST_CASE("the first row comes with its columns and their types") {
  Table table;
  table.execute("INSERT INTO t VALUES (7, 'a', 0.5, x'ff00'), (8, 'b', NULL, NULL)");
  const auto row = table.ask("SELECT *, NULL AS absent, 1e999 AS much FROM t ORDER BY id");
  REQUIRE(row.ok());
  REQUIRE(row->has_value());
  REQUIRE((*row)->size() == 6);
  CHECK((**row)[0].column == "id");
  CHECK(std::get<std::int64_t>((**row)[0].value) == 7);
  CHECK(std::get<std::string>((**row)[1].value) == "a");
  CHECK(std::get<double>((**row)[2].value) == 0.5);
  CHECK(std::get<std::string>((**row)[3].value) == "ff00");
  CHECK(std::holds_alternative<std::nullptr_t>((**row)[4].value));
  CHECK(std::holds_alternative<std::nullptr_t>((**row)[5].value));
}

TEST_CASE("values are no part of the query's text") {
  Table table;
  table.execute("INSERT INTO t VALUES (7, 'it''s; --', 0.5, NULL)");
  const auto row =
      first_row_of({.path = table.path(),
                    .query = "SELECT id FROM t WHERE name = ? AND id = ? AND share = ? "
                             "AND bytes IS ?",
                    .values = {"it's; --", std::int64_t{7}, 0.5, nullptr}});
  REQUIRE(row.ok());
  CHECK(row->has_value());
  CHECK(table.ask("SELECT ?").error().code == Errc::denied);
}

TEST_CASE("no row is an answer") {
  const Table table;
  const auto row = table.ask("SELECT * FROM t");
  REQUIRE(row.ok());
  CHECK_FALSE(row->has_value());
}

TEST_CASE("nothing is ever changed") {
  Table table;
  for (const char* query : {"DELETE FROM t", "INSERT INTO t VALUES (1, '', 0, NULL) RETURNING id",
                            "DROP TABLE t", "SELECT 1; DELETE FROM t", "", "  -- nothing"}) {
    CAPTURE(query);
    const auto row = table.ask(query);
    REQUIRE_FALSE(row.ok());
    CHECK(row.error().code == Errc::denied);
  }
  CHECK(table.ask("SELECT 1 -- that is all").ok());
}

TEST_CASE("what is not there yet, or wrong, is said in SQLite's words") {
  const Table table;
  CHECK(table.ask("SELECT * FROM other").error().message == "no such table: other");
  CHECK(table.ask("SELECT * FROM other").error().code == Errc::invalid);
  const TestFolder folder;
  const auto missing = first_row_of({.path = folder / "none.db", .query = "SELECT 1"});
  CHECK(missing.error().code == Errc::not_found);
  CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
  const auto text = first_row_of(
      {.path = folder.write("text.db", std::string(5000, 'x')), .query = "SELECT * FROM t"});
  CHECK(text.error().message == "file is not a database");
}

TEST_CASE("a query that takes too long is ended, and so is one that nobody waits for any more") {
  const Table table;
  const std::string endless =
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";
  const auto late = first_row_of(
      {.path = table.path(), .query = endless, .time_max = std::chrono::milliseconds(20)});
  CHECK(late.error().message == "the query takes too long");
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = first_row_of({.path = table.path(), .query = endless}, stop.get_token());
  CHECK(stopped.error().code == Errc::cancelled);
}

TEST_CASE("a row is no larger than it may be") {
  const Table table;
  const auto large = first_row_of(
      {.path = table.path(), .query = "SELECT zeroblob(70000)", .row_bytes_max = 65536});
  CHECK(large.error().code == Errc::exhausted);
  const auto together = first_row_of({.path = table.path(),
                                      .query = "SELECT hex(zeroblob(20000)), hex(zeroblob(20000))",
                                      .row_bytes_max = 65536});
  CHECK(together.error().code == Errc::exhausted);
}

TEST_CASE("a database whose writer is at work is read as it was") {
  Table table;
  table.execute(
      "PRAGMA journal_mode=WAL; INSERT INTO t VALUES (1, 'a', 0, NULL); BEGIN; "
      "INSERT INTO t VALUES (2, 'b', 0, NULL)");
  const auto row = table.ask("SELECT count(*) FROM t");
  REQUIRE(row.ok());
  CHECK(std::get<std::int64_t>((**row)[0].value) == 1);
}
