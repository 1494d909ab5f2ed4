#include <doctest/doctest.h>

#include "db/memory_database.h"

namespace gt {

namespace {

/// A database with one small table.
struct Fixture {
  FakeClock clock;
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);

  Fixture() {
    Transaction transaction = *database->begin_write();
    REQUIRE(transaction
                .execute("CREATE TABLE fruit (id INTEGER PRIMARY KEY, name TEXT UNIQUE, "
                         "weight REAL, count INTEGER) STRICT")
                .ok());
    REQUIRE(transaction.commit().ok());
  }
};

using Names = std::vector<std::tuple<std::string>>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "values come back as they were put in") {
  Transaction transaction = *database->begin_write();
  const std::string text("a\0b \xf0\x9f\x8d\x8e 'quoted' :name", 22);
  const auto insert = "INSERT INTO fruit VALUES (:id, :name, :weight, :count)";
  CHECK(*transaction.execute(insert, {1, text, 0.1, INT64_MIN}) == 1);
  CHECK(*transaction.execute(insert, {2, nullptr, nullptr, nullptr}) == 1);
  CHECK(*transaction.execute(insert, {3, "", 1e300, INT64_MAX}) == 1);

  using Row = std::tuple<std::int64_t, std::optional<std::string>, std::optional<double>,
                         std::optional<std::int64_t>>;
  const auto rows = transaction.query<std::int64_t, std::optional<std::string>,
                                      std::optional<double>, std::optional<std::int64_t>>(
      "SELECT id, name, weight, count FROM fruit ORDER BY id");
  REQUIRE(rows.ok());
  CHECK(*rows == std::vector<Row>{{1, text, 0.1, INT64_MIN},
                                  {2, std::nullopt, std::nullopt, std::nullopt},
                                  {3, "", 1e300, INT64_MAX}});
}

TEST_CASE_FIXTURE(Fixture, "a parameter may be null now and a number then, and may be used twice") {
  Transaction transaction = *database->begin_write();
  const auto insert = "INSERT INTO fruit (id, count) VALUES (:id, coalesce(:count, :id))";
  REQUIRE(transaction.execute(insert, {1, nullptr}).ok());
  REQUIRE(transaction.execute(insert, {2, 20}).ok());
  REQUIRE(transaction.execute(insert, {3, std::optional<std::int64_t>()}).ok());
  const auto counts = transaction.query<std::int64_t>("SELECT count FROM fruit ORDER BY id");
  REQUIRE(counts.ok());
  CHECK(*counts == std::vector<std::tuple<std::int64_t>>{{1}, {20}, {3}});
}

TEST_CASE_FIXTURE(Fixture, "many rows go in by one call") {
  Transaction transaction = *database->begin_write();
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("fruit " + std::to_string(i));
  std::vector<Bind> rows;
  for (int i = 0; i < 1000; ++i) {
    rows.emplace_back(i);
    rows.emplace_back(i % 7 == 0 ? Bind(nullptr) : Bind(names[static_cast<std::size_t>(i)]));
  }
  CHECK(*transaction.execute_many("INSERT INTO fruit (id, name) VALUES (:id, :name)", 2, rows) ==
        1000);
  const auto row =
      transaction.query_row<std::int64_t, std::int64_t>("SELECT count(*), count(name) FROM fruit");
  REQUIRE(row.ok());
  CHECK(**row == std::tuple<std::int64_t, std::int64_t>(1000, 857));
}

TEST_CASE_FIXTURE(Fixture, "other statements, even the same, may be executed while rows are read") {
  Transaction transaction = *database->begin_write();
  for (int i = 0; i < 3; ++i)
    REQUIRE(transaction.execute("INSERT INTO fruit (id, count) VALUES (:id, :count)", {i, i}).ok());
  const auto all = "SELECT id FROM fruit ORDER BY id";
  std::vector<std::int64_t> seen;
  const auto read =
      transaction.query<std::int64_t>(all, {}, [&](std::int64_t outer) -> Result<void> {
        TRY(transaction.execute("UPDATE fruit SET count = count + 1 WHERE id = :id", {outer}));
        return transaction.query<std::int64_t>(
            all, {}, [&](std::int64_t inner) { seen.push_back(outer * 10 + inner); });
      });
  REQUIRE(read.ok());
  CHECK(seen == std::vector<std::int64_t>{0, 1, 2, 10, 11, 12, 20, 21, 22});
  const auto sum = transaction.query_row<std::int64_t>("SELECT sum(count) FROM fruit");
  CHECK(std::get<0>(**sum) == 6);
}

TEST_CASE_FIXTURE(Fixture,
                  "an error from the row function ends the query and frees the statement") {
  Transaction transaction = *database->begin_write();
  for (int i = 0; i < 5; ++i)
    REQUIRE(transaction.execute("INSERT INTO fruit (id) VALUES (:id)", {i}).ok());
  int rows = 0;
  const auto stop = [&](std::int64_t) -> Result<void> {
    return ++rows == 2 ? Result<void>(error(Errc::cancelled, "enough")) : Result<void>();
  };
  const auto read = transaction.query<std::int64_t>("SELECT id FROM fruit", {}, stop);
  REQUIRE(!read.ok());
  CHECK(read.error().code == Errc::cancelled);
  CHECK(rows == 2);
  CHECK(transaction.commit().ok());
  CHECK(database->begin_write().ok());
}

TEST_CASE_FIXTURE(Fixture, "a null where none is expected is an error, not a zero") {
  Transaction transaction = *database->begin_write();
  REQUIRE(transaction.execute("INSERT INTO fruit (id) VALUES (1)").ok());
  const auto rows = transaction.query<std::int64_t, std::string>("SELECT id, name FROM fruit");
  REQUIRE(!rows.ok());
  CHECK(rows.error().code == Errc::internal);
  CHECK(rows.error().message.starts_with("column 2 is null"));
}

TEST_CASE_FIXTURE(Fixture, "errors say what the caller can do") {
  Transaction transaction = *database->begin_write();
  const auto insert = "INSERT INTO fruit (id, name) VALUES (:id, :name)";
  REQUIRE(transaction.execute(insert, {1, "apple"}).ok());
  const auto twice = transaction.execute(insert, {2, "apple"});
  REQUIRE(!twice.ok());
  CHECK(twice.error().code == Errc::conflict);
  CHECK(twice.error().message.find("fruit.name") != std::string::npos);
  const auto wrong = transaction.execute("INSERT INTO vegetable VALUES (1)");
  REQUIRE(!wrong.ok());
  CHECK(wrong.error().code == Errc::internal);
  CHECK(wrong.error().message.find("no such table: vegetable") != std::string::npos);
  const auto text_as_number = transaction.execute("INSERT INTO fruit (id, count) VALUES (3, 'x')");
  REQUIRE(!text_as_number.ok());

  // The transaction goes on after a refused statement.
  REQUIRE(transaction.execute(insert, {2, "pear"}).ok());
  REQUIRE(transaction.commit().ok());
  Transaction reader = *database->begin_read();
  CHECK(*reader.query<std::string>("SELECT name FROM fruit ORDER BY id") ==
        Names{{"apple"}, {"pear"}});
}

TEST_CASE_FIXTURE(Fixture, "what is not committed was never there") {
  {
    Transaction transaction = *database->begin_write();
    REQUIRE(transaction.execute("INSERT INTO fruit (id, name) VALUES (1, 'apple')").ok());
  }
  Transaction transaction = *database->begin_write();
  CHECK(transaction.query<std::string>("SELECT name FROM fruit")->empty());
}

TEST_CASE_FIXTURE(Fixture, "a full database refuses, and keeps what it has") {
  {
    Transaction transaction = *database->begin_write();
    REQUIRE(transaction.execute("INSERT INTO fruit (id, name) VALUES (1, 'apple')").ok());
    REQUIRE(transaction.commit().ok());
  }
  {
    Transaction transaction = *database->begin_write();
    REQUIRE(transaction
                .query<std::int64_t>("PRAGMA max_page_count = 1")  // means: not one more
                .ok());
    const std::string large(1 << 20, 'x');
    const auto refused =
        transaction.execute("INSERT INTO fruit (id, name) VALUES (2, :name)", {large});
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == Errc::exhausted);
    CHECK(!refused.error().hint.empty());
  }
  Transaction transaction = *database->begin_write();
  CHECK(*transaction.query<std::string>("SELECT name FROM fruit") == Names{{"apple"}});
}

TEST_CASE_FIXTURE(Fixture, "more different statements than are kept are no trouble") {
  Transaction transaction = *database->begin_write();
  for (int i = 0; i < 600; ++i) {
    const auto row =
        transaction.query_row<std::int64_t>("SELECT " + std::to_string(i) + " + :n", {1});
    REQUIRE(row.ok());
    CHECK(std::get<0>(**row) == i + 1);
  }
}

}  // namespace gt
