#include "db/journal_room.h"

#include <doctest/doctest.h>
#include <filesystem>

#include "base/test_folder.h"
#include "db/sqlite_database.h"

namespace gt {

namespace {

struct Fixture {
  FakeClock clock;
  TestFolder folder;
  std::string journal = folder / "home/geartrain.db-wal";

  std::unique_ptr<SqliteDatabase> open(const std::string& name, Durability durability) {
    auto database =
        SqliteDatabase::open(*Home::open(folder / name), clock, {.durability = durability});
    REQUIRE_MESSAGE(database.ok(), database.error().message);
    return *std::move(database);
  }

  static void pin(Database& database, int number) {
    Transaction transaction = *database.begin_write();
    REQUIRE(transaction.execute("INSERT INTO pin VALUES ('00', :name, 0)", {std::to_string(number)})
                .ok());
    REQUIRE(transaction.commit().ok());
  }

  static std::int64_t count_pins(Database& database) {
    Transaction transaction = *database.begin_read();
    return std::get<0>(**transaction.query_row<std::int64_t>("SELECT count(*) FROM pin"));
  }

  std::int64_t journal_bytes() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(journal));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "commits find room in the journal, and do not make it longer") {
  const auto database = open("home", Durability::sync);
  for (int number = 0; number < 4; ++number) pin(*database, number);
  const std::int64_t with_room = journal_bytes();
  for (int number = 4; number < 8; ++number) pin(*database, number);
  CHECK(journal_bytes() == with_room);
  CHECK(count_pins(*database) == 8);
}

TEST_CASE_FIXTURE(Fixture, "a command that writes once or twice makes no room") {
  {
    const auto database = open("home", Durability::sync);
  }
  const std::int64_t before = journal_bytes();
  {
    const auto database = open("home", Durability::sync);
    pin(*database, 0);
  }
  CHECK(journal_bytes() - before < 64 << 10U);
}

TEST_CASE_FIXTURE(Fixture, "a journal with room that a crash leaves is read to its last commit") {
  const auto database = open("home", Durability::sync);
  for (int number = 0; number < 50; ++number) pin(*database, number);
  // Without the index, as after the power was lost: the journal is read from its beginning.
  REQUIRE(Home::open(folder / "copy").ok());
  for (const char* name : {"geartrain.db", "geartrain.db-wal"})
    std::filesystem::copy_file(folder / ("home/" + std::string(name)),
                               folder / ("copy/" + std::string(name)));
  const auto recovered = open("copy", Durability::sync);
  CHECK(count_pins(*recovered) == 50);
  for (int number = 50; number < 60; ++number) pin(*recovered, number);
  CHECK(count_pins(*recovered) == 60);
}

TEST_CASE_FIXTURE(Fixture, "room grows with the journal, and no further than one round of it") {
  const std::string path = folder / "journal";
  REQUIRE(write_file_atomically(path, std::string(100, 'x'), Durability::none).ok());
  JournalRoom room(path);
  std::int64_t used = 100, length = 100;
  for (int i = 0; i < 100; ++i) {
    room.make(used);
    const auto now = static_cast<std::int64_t>(std::filesystem::file_size(path));
    CHECK(now >= length);
    CHECK(now <= journal_room_bytes_max);
    used = length = now;
  }
  CHECK(length == journal_room_bytes_max);
  JournalRoom(folder / "nothing").make(0);
  CHECK_FALSE(std::filesystem::exists(folder / "nothing"));
}

}  // namespace gt
