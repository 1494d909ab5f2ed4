#include "db/faulty_database.h"

#include <doctest/doctest.h>

#include "db/memory_database.h"

namespace gt {

namespace {

struct Fixture {
  FakeClock clock;
  std::unique_ptr<MemoryDatabase> behind = *MemoryDatabase::open(clock);
  FaultyDatabase database{*behind};

  Result<void> pin(const std::string& name) {
    Transaction transaction = TRY(database.begin_write());
    TRY(transaction.execute("INSERT INTO pin VALUES ('00', :name, 0)", {name}));
    return transaction.commit();
  }
  std::int64_t pins() {
    Transaction transaction = *behind->begin_read();
    return std::get<0>(**transaction.query_row<std::int64_t>("SELECT count(*) FROM pin"));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a refused commit writes nothing, the next one succeeds") {
  database.fail_at_commit(2, Fault::refused);
  CHECK(pin("a").ok());
  const auto refused = pin("b");
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == Errc::exhausted);
  CHECK(pins() == 1);
  CHECK(pin("c").ok());
  CHECK(pins() == 2);
  CHECK(database.commits() == 3);
}

TEST_CASE_FIXTURE(Fixture, "after a crash nothing answers, and what was committed is there") {
  SUBCASE("before the commit") {
    database.fail_at_commit(2, Fault::crashed_before);
    CHECK(pin("a").ok());
    CHECK(!pin("b").ok());
    CHECK(pins() == 1);
  }
  SUBCASE("after the commit") {
    database.fail_at_commit(2, Fault::crashed_after);
    CHECK(pin("a").ok());
    CHECK(!pin("b").ok());
    CHECK(pins() == 2);
  }
  CHECK(database.has_crashed());
  CHECK(!pin("c").ok());
  CHECK(!database.begin_read().ok());
  CHECK(!database.is_present("0a").ok());
}

}  // namespace gt
