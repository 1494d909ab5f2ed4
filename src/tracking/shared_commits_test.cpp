#include "tracking/shared_commits.h"

#include <atomic>
#include <doctest/doctest.h>
#include <thread>

#include "db/faulty_database.h"
#include "db/memory_database.h"
#include "tracking/key_store.h"

namespace gt {
namespace {

std::int64_t keys_of(Database& database) {
  auto reader = database.begin_read();
  REQUIRE(reader.ok());
  return std::get<0>(**reader->query_row<std::int64_t>("SELECT count(*) FROM tracking_key"));
}

TEST_CASE("what is refused leaves nothing, and the others are there") {
  FakeClock clock;
  auto database = *MemoryDatabase::open(clock);
  SharedCommits commits(*database);
  const auto refused = commits.write([](Transaction& transaction) -> Result<void> {
    TRY(make_key(transaction, "half"));
    return error(Errc::invalid, "not this one");
  });
  CHECK(refused.error().message == "not this one");
  CHECK(keys_of(*database) == 0);
  CHECK(commits
            .write([](Transaction& transaction) -> Result<void> {
              TRY(make_key(transaction, "whole"));
              return {};
            })
            .ok());
  CHECK(keys_of(*database) == 1);
}

TEST_CASE("many threads write, each is answered once, and nothing is lost") {
  FakeClock clock;
  auto database = *MemoryDatabase::open(clock);
  SharedCommits commits(*database);
  std::atomic<int> written = 0, refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 50; ++i) {
          const auto done = commits.write([&](Transaction& transaction) -> Result<void> {
            TRY(make_key(transaction, fmt::format("{}/{}", thread, i)));
            if (i % 5 == 0) return error(Errc::invalid, "each fifth");
            return {};
          });
          ++(done.ok() ? written : refused);
        }
      });
  }
  CHECK(written == 8 * 40);
  CHECK(refused == 8 * 10);
  CHECK(keys_of(*database) == 8 * 40);
}

TEST_CASE("when the commit fails all of it have its error") {
  FakeClock clock;
  auto database = *MemoryDatabase::open(clock);
  FaultyDatabase faulty(*database);
  faulty.fail_at_commit(1, Fault::refused);
  SharedCommits commits(faulty);
  const auto written = commits.write([](Transaction& transaction) -> Result<void> {
    TRY(make_key(transaction, "lost"));
    return {};
  });
  CHECK_FALSE(written.ok());
  CHECK(keys_of(*database) == 0);
}

}  // namespace
}  // namespace gt
