#include "schedule/launch_queue.h"

#include <doctest/doctest.h>

namespace gt {

namespace {

const Claim nothing, db{{{"db", 1}}, 0}, gpu{{}, 1};

TaskIndex take(LaunchQueue& queue) {
  return queue.front([](TaskIndex) { return true; }) ? queue.pop_front() : no_task;
}

}  // namespace

TEST_CASE("higher priorities come first, then those that came first, whatever they claim") {
  LaunchQueue queue;
  queue.push_back(1, nothing, 0, {});
  queue.push_back(2, db, 0, {});
  queue.push_back(3, nothing, 5, {});
  queue.push_back(4, gpu, 0, {});
  queue.push_front(5, db, 0, {});
  for (const TaskIndex task : {3U, 5U, 1U, 2U, 4U}) CHECK(take(queue) == task);
  CHECK(take(queue) == no_task);
}

TEST_CASE("whoever is refused a pool holds up those who want the same, and nobody else") {
  LaunchQueue queue;
  queue.push_back(1, db, 0, {});
  queue.push_back(2, db, 0, {});
  queue.push_back(3, nothing, 0, {});
  const auto all = [](TaskIndex) { return true; };
  REQUIRE(queue.front(all)->task == 1);
  queue.refuse_front(false, {});
  CHECK(take(queue) == 3);
  CHECK(take(queue) == no_task);
  REQUIRE(queue.refused(all).size() == 1);
  CHECK(queue.refused(all).front().entry.task == 1);
  queue.ask_again();
  CHECK(take(queue) == 1);
  CHECK(queue.refused(all).empty());
  CHECK(take(queue) == 2);
}

TEST_CASE("when who was refused is gone, the next one asks") {
  LaunchQueue queue;
  queue.push_back(1, db, 0, {});
  queue.push_back(2, db, 0, {});
  REQUIRE(queue.front([](TaskIndex) { return true; })->task == 1);
  queue.refuse_front(true, from_microseconds(5));
  const auto not_one = [](TaskIndex task) { return task != 1; };
  CHECK(queue.refused(not_one).empty());
  REQUIRE(queue.front(not_one));
  CHECK(queue.front(not_one)->task == 2);
  CHECK_FALSE(queue.outranked_since());
}

TEST_CASE("it is known since when only the turn of others is in the way") {
  LaunchQueue queue;
  queue.push_back(1, db, 0, {});
  const auto all = [](TaskIndex) { return true; };
  REQUIRE(queue.front(all));
  queue.refuse_front(true, from_microseconds(5));
  queue.ask_again();
  REQUIRE(queue.front(all));
  queue.refuse_front(true, from_microseconds(9));
  queue.ask_again();
  REQUIRE(queue.front(all));
  CHECK(queue.outranked_since() == from_microseconds(5));
  queue.refuse_front(false, from_microseconds(12));
  CHECK_FALSE(queue.refused(all).front().outranked_since);
}

}  // namespace gt
