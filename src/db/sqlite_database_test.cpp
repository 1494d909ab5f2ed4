#include "db/sqlite_database.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/file_lock.h"
#include "base/test_folder.h"
#include "db/migration.h"
#include "db/presence.h"
#include "db/sqlite_connection.h"

namespace gt {

namespace {

struct Fixture {
  FakeClock clock;
  TestFolder folder;
  Home home = *Home::open(folder / ".geartrain");

  std::unique_ptr<SqliteDatabase> open(const SqliteOptions& options = {
                                           .durability = Durability::none}) {
    auto database = SqliteDatabase::open(home, clock, options);
    REQUIRE_MESSAGE(database.ok(), database.error().message);
    return *std::move(database);
  }
};

Result<void> pin(Database& database, const std::string& name) {
  Transaction transaction = TRY(database.begin_write());
  TRY(transaction.execute("INSERT INTO pin VALUES ('00', :name, 0)", {name}));
  return transaction.commit();
}

std::int64_t count_pins(Database& database) {
  Transaction transaction = *database.begin_read();
  return std::get<0>(**transaction.query_row<std::int64_t>("SELECT count(*) FROM pin"));
}

/// As another user as long as it lives, since nothing is denied to root.
class AsNobody {
 public:
  AsNobody() { CHECK(seteuid(geteuid() == 0 ? 65534 : geteuid()) == 0); }
  ~AsNobody() { CHECK(seteuid(getuid()) == 0); }
};

bool is_readable(const Bell& bell) {
  pollfd entry{bell.fd(), POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what one process commits, another sees") {
  const auto first = open();
  const auto second = open();
  REQUIRE(pin(*first, "a").ok());
  CHECK(count_pins(*second) == 1);
  REQUIRE(pin(*second, "b").ok());
  CHECK(count_pins(*first) == 2);
}

TEST_CASE_FIXTURE(Fixture, "a reader keeps its view while others write") {
  const auto database = open();
  Transaction reader = *database->begin_read();
  const auto count = [&] {
    return std::get<0>(**reader.query_row<std::int64_t>("SELECT count(*) FROM pin"));
  };
  CHECK(count() == 0);
  REQUIRE(pin(*database, "a").ok());
  CHECK(count() == 0);
  CHECK(count_pins(*database) == 1);
  CHECK(!reader.execute("INSERT INTO pin VALUES ('00', 'x', 0)").ok());
}

TEST_CASE_FIXTURE(Fixture, "writers of several threads and databases lose no update") {
  REQUIRE(pin(*open(), "counter").ok());
  constexpr int rounds = 50;
  const auto count_up = [&] {
    const auto database = open();
    for (int i = 0; i < rounds; ++i) {
      Transaction transaction = *database->begin_write();
      const auto at =
          transaction.query_row<std::int64_t>("SELECT created_at FROM pin WHERE name = 'counter'");
      REQUIRE(at.ok());
      REQUIRE(transaction
                  .execute("UPDATE pin SET created_at = :at WHERE name = 'counter'",
                           {std::get<0>(**at) + 1})
                  .ok());
      REQUIRE(transaction.commit().ok());
    }
  };
  std::thread other(count_up), third(count_up);
  count_up();
  other.join();
  third.join();
  const auto database = open();
  Transaction reader = *database->begin_read();
  const auto at = reader.query_row<std::int64_t>("SELECT created_at FROM pin");
  CHECK(std::get<0>(**at) == 3 * rounds);
}

TEST_CASE_FIXTURE(Fixture, "two that open a new home at once both get a whole schema") {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] { CHECK(pin(*open(), std::to_string(i)).ok()); });
  for (std::thread& thread : threads) thread.join();
  const auto database = open();
  CHECK(count_pins(*database) == 4);
  Transaction reader = *database->begin_read();
  const auto applied = reader.query_row<std::int64_t>("SELECT count(*) FROM schema_migration");
  CHECK(std::get<0>(**applied) == static_cast<std::int64_t>(migrations().size()));
}

TEST_CASE_FIXTURE(Fixture, "a process that is killed while it writes leaves whole transactions") {
  REQUIRE(pin(*open(), "first").ok());
  int channel[2];
  REQUIRE(pipe(channel) == 0);
  const pid_t child = fork();
  if (child == 0) {
    auto database = SqliteDatabase::open(home, clock, {.durability = Durability::none});
    for (int i = 0; database.ok(); ++i) {
      Transaction transaction = *(*database)->begin_write();
      const auto insert = "INSERT INTO pin VALUES (:digest, :name, 0)";
      if (!transaction.execute(insert, {std::to_string(i), "even"}).ok()) break;
      if (!transaction.execute(insert, {std::to_string(i), "odd"}).ok()) break;
      if (!transaction.commit().ok() || write(channel[1], "x", 1) != 1) break;
    }
    _exit(1);
  }
  char byte = 0;
  for (int i = 0; i < 20; ++i) REQUIRE(read(channel[0], &byte, 1) == 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(channel[0]);
  close(channel[1]);
  const auto database = open();
  const std::int64_t rows = count_pins(*database);
  CHECK(rows >= 41);
  CHECK(rows % 2 == 1);
  CHECK(pin(*database, "after").ok());
}

TEST_CASE_FIXTURE(Fixture, "a home with blanks, quotes and a very long path works") {
  std::string path = folder / "a \"b'c\n=d; dbname=x";
  while (path.size() < 400) path += "/a rather long name of a folder";
  home = *Home::open(path);
  const auto database = open();
  REQUIRE(pin(*database, "a").ok());
  CHECK(kind_of(path + "/geartrain.db").value_or(PathKind::nothing) == PathKind::file);
  const Bell bell = *database->listen(Listener::engine, "0a");
  database->ring("0a");
  CHECK(is_readable(bell));
}

TEST_CASE_FIXTURE(Fixture, "a writer does not wait for ever") {
  const auto database =
      open({.durability = Durability::none, .write_wait_max = std::chrono::milliseconds(3)});
  const FileLock held = *FileLock::take(home.at("write.lock"));
  const auto refused = database->begin_write();
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == Errc::unavailable);
  CHECK(!refused.error().hint.empty());
  CHECK(count_pins(*database) == 0);
}

TEST_CASE_FIXTURE(Fixture, "a database of a newer geartrain is left alone") {
  REQUIRE(pin(*open(), "a").ok());
  auto raw = *SqliteConnection::open(home.at("geartrain.db"), Access::write);
  REQUIRE(raw->run_script("PRAGMA user_version = 1000").ok());
  const auto refused = SqliteDatabase::open(home, clock);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == Errc::conflict);
  CHECK(refused.error().message.find("newer geartrain (schema 1000") != std::string::npos);
  CHECK(!refused.error().hint.empty());
}

TEST_CASE_FIXTURE(Fixture, "a damaged database is said to be damaged") {
  open();
  for (const char* ending : {"", "-wal"})
    folder.write(std::string(".geartrain/geartrain.db") + ending, std::string(8192, 'x'));
  const auto refused = SqliteDatabase::open(home, clock);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == Errc::unavailable);
  CHECK(refused.error().message.find("damaged") != std::string::npos);
  CHECK(refused.error().hint.find("backup") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a home that cannot be written is refused with a way out") {
  const auto refused = [&](const std::string& path) {
    const AsNobody nobody;
    const auto opened = Home::open(path);
    if (!opened.ok()) return opened.error();
    const auto database = SqliteDatabase::open(*opened, clock);
    if (!database.ok()) return database.error();
    const auto begun = (*database)->begin_write();
    return begun.ok() ? Error{Errc::internal, "no error"} : begun.error();
  };
  SUBCASE("it is to be created") {
    REQUIRE(chmod(folder.path().c_str(), 0555) == 0);
    const Error failed = refused(folder / "new");
    CHECK(failed.code == Errc::denied);
    CHECK(failed.hint.find("GEARTRAIN_HOME") != std::string::npos);
  }
  SUBCASE("it is there") {
    open();
    REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
    // For its owner a folder without permission is none only for what is to be made.
    for (const char* file : {"geartrain.db", "write.lock"})
      (void)chmod(home.at(file).c_str(), 0444);
    REQUIRE(chmod(home.path().c_str(), 0555) == 0);
    const Error failed = refused(home.path());
    CHECK_MESSAGE(failed.code == Errc::denied, failed.message);
    CHECK(failed.hint.find("GEARTRAIN_HOME") != std::string::npos);
  }
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(chmod(home.path().c_str(), 0755) == 0);
}

TEST_CASE_FIXTURE(Fixture, "a bell rings once for many rings, and only for its own id") {
  const auto database = open();
  const auto elsewhere = open();
  Bell bell = *database->listen(Listener::engine, "0a");
  Bell other = *database->listen(Listener::engine, "0b");
  Bell follower = *database->listen(Listener::follower, "0a");
  CHECK(!is_readable(bell));
  for (int i = 0; i < 1000; ++i) elsewhere->ring("0a");
  CHECK(is_readable(bell));
  CHECK(!is_readable(other));
  CHECK(!is_readable(follower));
  bell.clear();
  CHECK(!is_readable(bell));
  elsewhere->ring_followers();
  CHECK(is_readable(follower));
  CHECK(!is_readable(bell));
  elsewhere->ring("0c");
}

TEST_CASE_FIXTURE(Fixture, "the socket of a listener that died is removed") {
  const auto database = open();
  const pid_t child = fork();
  if (child == 0) {
    const auto bell = database->listen(Listener::follower, "0d");
    _exit(bell.ok() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(list_directory(home.at("listeners"))->size() == 1);
  database->ring_followers();
  CHECK(list_directory(home.at("listeners"))->empty());
}

TEST_CASE_FIXTURE(Fixture, "an engine is present until its process ends, however it ends") {
  const auto database = open();
  CHECK(!*database->is_present("0e"));
  {
    const auto presence = database->enter("0e");
    REQUIRE(presence.ok());
    CHECK(*open()->is_present("0e"));
  }
  CHECK(!*database->is_present("0e"));

  int channel[2];
  REQUIRE(pipe(channel) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto presence = database->enter("0f");
    const auto bell = database->listen(Listener::engine, "0f");
    if (write(channel[1], "x", 1) != 1 || !presence.ok() || !bell.ok()) _exit(1);
    while (true) pause();
  }
  char byte = 0;
  REQUIRE(read(channel[0], &byte, 1) == 1);
  CHECK(*database->is_present("0f"));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(!*database->is_present("0f"));
  // The next engine tidies up.
  const auto presence = database->enter("10");
  CHECK(*list_directory(home.at("engines")) == std::vector<std::string>{"10.lock"});
  close(channel[0]);
  close(channel[1]);
}

TEST_CASE("an engine whose process is stopped is still there, and its process can be named") {
  Fixture fixture;
  const auto database = fixture.open();
  int channel[2];
  REQUIRE(pipe(channel) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto presence = database->enter("0d");
    if (!presence.ok() || write(channel[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char there = 0;
  REQUIRE(read(channel[0], &there, 1) == 1);
  const std::string folder = fixture.home.at("engines");
  CHECK_FALSE(stopped_process(folder, "0d"));
  REQUIRE(kill(child, SIGSTOP) == 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, WUNTRACED) == child);
  CHECK(stopped_process(folder, "0d") == child);
  CHECK(database->is_present("0d").value_or(false));
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK_FALSE(stopped_process(folder, "0d"));
  CHECK_FALSE(database->is_present("0d").value_or(true));
  close(channel[0]);
  close(channel[1]);
}

}  // namespace gt
