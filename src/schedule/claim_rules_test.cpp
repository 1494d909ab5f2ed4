#include "schedule/claim_rules.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/entropy.h"

namespace gt {

namespace {

ClaimWait asking(std::int64_t task, std::vector<PoolSlots> pools, std::int64_t since = 0) {
  ClaimWait wait;
  wait.task = task;
  wait.since = from_microseconds(since);
  wait.claim.pools = std::move(pools);
  return wait;
}

ClaimWait asking_gpus(std::int64_t task, std::uint32_t gpus, std::vector<std::string> devices) {
  ClaimWait wait;
  wait.task = task;
  wait.claim.gpus = gpus;
  wait.devices = std::move(devices);
  return wait;
}

ClaimBook book_of(std::vector<Pool> pools) { return ClaimBook({std::move(pools), {}, {}, {}}); }

}  // namespace

TEST_CASE("slots are granted until the pool has no more, and again when they are given back") {
  ClaimBook book = book_of({{"db", 2, ""}});
  for (const std::int64_t task : {1, 2}) {
    REQUIRE(book.judge(asking(task, {{"db", 1}})).verdict == ClaimVerdict::granted);
    book.grant(asking(task, {{"db", 1}}), {});
  }
  const ClaimAnswer refused = book.judge(asking(3, {{"db", 1}}));
  CHECK(refused.verdict == ClaimVerdict::short_of);
  CHECK(refused.pool == "db");
  CHECK(refused.taken == 2);
  CHECK(refused.size == 2);
  CHECK(refused.holders == std::vector<std::int64_t>{1, 2});
  book.release(1);
  CHECK(book.judge(asking(3, {{"db", 1}})).verdict == ClaimVerdict::granted);
}

TEST_CASE("a large claim is not overtaken in the pool that it is short of") {
  ClaimBook book = book_of({{"db", 4, ""}, {"other", 1, ""}});
  book.grant(asking(1, {{"db", 2}}), {});
  book.wait(asking(2, {{"db", 4}}, 10));
  const ClaimAnswer behind = book.judge(asking(3, {{"db", 1}}, 20));
  CHECK(behind.verdict == ClaimVerdict::outranked);
  CHECK(behind.ahead == 2);
  SUBCASE("but by a higher priority") {
    ClaimWait urgent = asking(3, {{"db", 1}}, 20);
    urgent.priority.step = 1;
    CHECK(book.judge(urgent).verdict == ClaimVerdict::granted);
  }
  SUBCASE("and by those that came before it") {
    CHECK(book.judge(asking(3, {{"db", 1}}, 5)).verdict == ClaimVerdict::granted);
  }
  SUBCASE("and while its engine could not start it") {
    ClaimWait large = asking(2, {{"db", 4}}, 10);
    large.is_ready = false;
    book.wait(large);
    CHECK(book.judge(asking(3, {{"db", 1}}, 20)).verdict == ClaimVerdict::granted);
  }
  SUBCASE("and by one that has lost its patience") {
    CHECK(book.judge(asking(3, {{"db", 1}}, 20), false).verdict == ClaimVerdict::granted);
  }
  SUBCASE("other pools are not kept for it") {
    CHECK(book.judge(asking(3, {{"other", 1}}, 20)).verdict == ClaimVerdict::granted);
  }
}

TEST_CASE("whoever waits for one pool keeps nobody from another in which there is room") {
  ClaimBook book = book_of({{"db", 4, ""}, {"license", 1, ""}});
  book.grant(asking(1, {{"license", 1}}), {});
  book.wait(asking(2, {{"db", 1}, {"license", 1}}, 10));
  CHECK(book.judge(asking(3, {{"db", 1}}, 20)).verdict == ClaimVerdict::granted);
  CHECK(book.judge(asking(4, {{"license", 1}}, 20)).verdict == ClaimVerdict::short_of);
}

TEST_CASE("slots that somebody is about to take are left to it") {
  ClaimBook book = book_of({{"db", 2, ""}});
  book.wait(asking(1, {{"db", 1}}, 10));
  CHECK(book.judge(asking(2, {{"db", 1}}, 20)).verdict == ClaimVerdict::granted);
  const ClaimAnswer both = book.judge(asking(2, {{"db", 2}}, 20));
  CHECK(both.verdict == ClaimVerdict::outranked);
  CHECK(both.ahead == 1);
}

TEST_CASE("a closed or shrunk pool lets all wait, and more than there is at all is impossible") {
  ClaimBook book = book_of({{"closed", 0, ""}, {"small", 2, ""}});
  CHECK(book.judge(asking(1, {{"closed", 3}})).verdict == ClaimVerdict::short_of);
  CHECK(book.judge(asking(1, {{"small", 3}})).verdict == ClaimVerdict::impossible);
  const ClaimAnswer unknown = book.judge(asking(1, {{"nowhere", 1}}));
  CHECK(unknown.verdict == ClaimVerdict::impossible);
  CHECK_FALSE(unknown.size);
  book.grant(asking(7, {{"small", 4}}), {});
  CHECK(book.judge(asking(1, {{"small", 1}})).verdict == ClaimVerdict::short_of);
}

TEST_CASE("GPUs are given by device, each to one only") {
  ClaimBook book = book_of({});
  const auto first = book.judge(asking_gpus(1, 2, {"0", "1", "2"}));
  REQUIRE(first.verdict == ClaimVerdict::granted);
  CHECK(first.devices == std::vector<std::string>{"0", "1"});
  book.grant(asking_gpus(1, 2, {"0", "1", "2"}), first.devices);
  CHECK(book.judge(asking_gpus(2, 2, {"0", "1", "2"})).verdict == ClaimVerdict::short_of);
  CHECK(book.judge(asking_gpus(2, 1, {"0", "1", "2"})).devices == std::vector<std::string>{"2"});
  CHECK(book.judge(asking_gpus(2, 4, {"0", "1", "2"})).verdict == ClaimVerdict::impossible);
  CHECK(book.judge(asking_gpus(2, 1, {})).verdict == ClaimVerdict::impossible);
  SUBCASE("an engine with other devices is not kept waiting") {
    book.wait(asking_gpus(2, 3, {"0", "1", "2"}));
    CHECK(book.judge(asking_gpus(3, 1, {"0", "1", "2"})).verdict == ClaimVerdict::outranked);
    CHECK(book.judge(asking_gpus(3, 1, {"7"})).devices == std::vector<std::string>{"7"});
  }
}

TEST_CASE("whatever is asked, limits hold, and everybody's turn comes") {
  int all_served = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("SEED=", seed);
    SeededEntropy entropy(seed);
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < 1 + entropy.below(3); ++i)
      pools.push_back({fmt::format("p{}", i), 1 + static_cast<std::int64_t>(entropy.below(4)), ""});
    const std::vector<std::string> devices{"0", "1", "2"};
    ClaimBook book = book_of(pools);
    std::vector<ClaimWait> waiting, running;
    std::int64_t next_task = 1;
    // A large claim in the middle of small ones that never stop coming.
    std::optional<ClaimWait> large;
    int overtaken = 0, served = 0;
    for (int step = 0; step < 200; ++step) {
      if (entropy.below(2) == 0 || waiting.empty()) {
        ClaimWait wait = asking(next_task++, {}, step);
        const Pool& pool = pools[entropy.below(pools.size())];
        wait.claim.pools.push_back({pool.name, 1});
        if (!large && step > 20) {
          wait.claim.pools.front().slots = pool.slots;
          large = wait;
        } else if (entropy.below(4) == 0) {
          wait.claim.gpus = 1 + static_cast<std::uint32_t>(entropy.below(2));
          wait.devices = devices;
        }
        waiting.push_back(wait);
      }
      std::erase_if(waiting, [&](const ClaimWait& wait) {
        const ClaimAnswer answer = book.judge(wait);
        if (answer.verdict != ClaimVerdict::granted) return book.wait(wait), false;
        CHECK(answer.devices.size() == wait.claim.gpus);
        if (large && wait.task == large->task) large.reset(), ++served;
        if (large && wait.since > large->since &&
            wait.claim.pools.front().pool == large->claim.pools.front().pool)
          ++overtaken;
        book.grant(wait, answer.devices);
        running.push_back(wait);
        return true;
      });
      for (const Pool& pool : pools) {
        std::int64_t used = 0;
        for (const HeldSlots& held : book.ledger().slots)
          if (held.pool == pool.name) used += held.slots;
        CHECK(used <= pool.slots);
      }
      for (const HeldGpu& held : book.ledger().gpus)
        CHECK(std::ranges::count(book.ledger().gpus, held.device, &HeldGpu::device) == 1);
      if (!running.empty()) {
        const std::size_t ended = entropy.below(running.size());
        book.release(running[ended].task);
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(ended));
      }
    }
    CHECK(overtaken == 0);
    all_served += served;
    INFO("nothing is left waiting once nothing runs");
    for (int round = 0; round < 1000 && !(waiting.empty() && running.empty()); ++round) {
      for (const ClaimWait& wait : running) book.release(wait.task);
      running.clear();
      std::erase_if(waiting, [&](const ClaimWait& wait) {
        const ClaimAnswer answer = book.judge(wait);
        if (answer.verdict != ClaimVerdict::granted) return false;
        book.grant(wait, answer.devices);
        running.push_back(wait);
        return true;
      });
    }
    CHECK(waiting.empty());
  }
  CHECK(all_served > 300);
}

}  // namespace gt
