#include "server/token_store.h"

#include <doctest/doctest.h>

#include "db/memory_database.h"

namespace gt {
namespace {

struct Store {
  Store() {
    auto opened = MemoryDatabase::open(clock);
    REQUIRE(opened.ok());
    database = *std::move(opened);
  }

  MadeToken make(NewToken wanted) {
    auto writer = database->begin_write();
    REQUIRE(writer.ok());
    auto made = tokens.create(*writer, wanted, clock.now(), entropy);
    REQUIRE(made.ok());
    REQUIRE(writer->commit().ok());
    return *std::move(made);
  }
  std::optional<TokenRecord> find(std::string_view token) {
    auto reader = database->begin_read();
    REQUIRE(reader.ok());
    auto found = tokens.find(*reader, token, clock.now());
    REQUIRE(found.ok());
    return *std::move(found);
  }
  Result<void> revoke(std::string_view id) {
    auto writer = database->begin_write();
    REQUIRE(writer.ok());
    Result<void> revoked = tokens.revoke(*writer, id);
    if (revoked) REQUIRE(writer->commit().ok());
    return revoked;
  }

  FakeClock clock;
  SeededEntropy entropy{7};
  std::unique_ptr<Database> database;
  TokenStore tokens;
};

TEST_CASE("a token is found by its text alone, with what it may") {
  Store store;
  const MadeToken ci = store.make({.name = "ci", .scope = AccessScope::run});
  const MadeToken other = store.make({.name = "ci", .scope = AccessScope::read});
  CHECK(ci.token.starts_with("gt_"));
  CHECK(ci.token.size() == 67);
  CHECK(ci.token != other.token);
  CHECK(store.find(ci.token)->scope == AccessScope::run);
  CHECK(store.find(ci.token)->id == ci.record.id);
  for (const std::string& wrong : {std::string(), ci.record.id, ci.token + "0",
                                   ci.token.substr(0, 66), "GT_" + ci.token.substr(3)})
    CHECK_FALSE(store.find(wrong).has_value());
}

TEST_CASE("the database does not know the text of a token") {
  Store store;
  const MadeToken made = store.make({.name = "ci"});
  auto reader = store.database->begin_read();
  const auto hash = reader->query_row<std::string>("SELECT hash FROM token", {});
  REQUIRE(hash.ok());
  CHECK(std::get<0>(**hash).size() == 64);
  CHECK(made.token.find(std::get<0>(**hash)) == std::string::npos);
}

TEST_CASE("a token ends with its time, and when it is revoked") {
  Store store;
  const MadeToken brief =
      store.make({.name = "b", .expires_at = store.clock.now() + std::chrono::hours(1)});
  const MadeToken gone = store.make({.name = "g"});
  store.clock.advance(std::chrono::minutes(59));
  CHECK(store.find(brief.token).has_value());
  store.clock.advance(std::chrono::minutes(1));
  CHECK_FALSE(store.find(brief.token).has_value());
  CHECK(store.revoke(gone.record.id).ok());
  CHECK_FALSE(store.find(gone.token).has_value());
  CHECK(store.revoke(gone.record.id).error().code == Errc::not_found);
}

}  // namespace
}  // namespace gt
