#include "notify/try_plan.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace gt {
namespace {

ReceiverKey key(int number) { return {"", std::to_string(number)}; }

TEST_CASE("tries become rarer, and end after about a day") {
  const Time begin{};
  Time now = begin;
  Duration before{};
  std::uint32_t tries = 1;
  while (const auto next = next_try(tries, now)) {
    const Duration delay = *next - now;
    CHECK(delay >= before);
    CHECK(delay <= std::chrono::hours(1));
    before = delay;
    now = *next;
    ++tries;
  }
  CHECK(tries == tries_max);
  CHECK(*next_try(1, begin) == begin + std::chrono::seconds(10));
  CHECK(now - begin > std::chrono::hours(22));
  CHECK(now - begin < std::chrono::hours(26));
}

TEST_CASE("receivers that do not answer never take the places of those that do") {
  std::vector<ReceiverKey> due;
  SendingNow now;
  for (int i = 0; i < 20; ++i) {
    due.push_back(key(i));
    now.doubtful.insert(key(i));
  }
  const auto doubtful = choose_receivers(due, now);
  CHECK(doubtful.size() == sends_max / 2);
  for (const std::size_t chosen : doubtful) now.busy.insert(due[chosen]);
  CHECK(choose_receivers(due, now).empty());
  due.push_back(key(100));
  CHECK(choose_receivers(due, now) == std::vector<std::size_t>{20});
}

TEST_CASE("each receiver is sent one thing at a time, and there are never too many") {
  rc::check("limits hold", [] {
    const auto keys = [](const char* name) {
      std::set<ReceiverKey> found;
      for (const int number :
           *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 30)).as(name))
        found.insert(key(number));
      return found;
    };
    const std::set<ReceiverKey> due = keys("due");
    const std::vector<ReceiverKey> listed(due.begin(), due.end());
    SendingNow now{.busy = {}, .doubtful = keys("doubtful")};
    for (int turn = 0; turn < 3; ++turn)
      for (const std::size_t chosen : choose_receivers(listed, now))
        RC_ASSERT(now.busy.insert(listed[chosen]).second);
    RC_ASSERT(now.busy.size() <= sends_max);
    std::size_t doubtful = 0;
    for (const ReceiverKey& one : now.busy) doubtful += now.doubtful.contains(one);
    RC_ASSERT(doubtful <= sends_max / 2);
  });
}

}  // namespace
}  // namespace gt
