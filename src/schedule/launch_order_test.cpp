#include "schedule/launch_order.h"

#include <doctest/doctest.h>
#include <vector>

namespace gt {

namespace {

LaunchWish wish(RunId run, double cpu, double in_use) { return {run, 0, {cpu, 0}, in_use}; }

}  // namespace

TEST_CASE("the run with the fewest slots in use launches next, among equals the older one") {
  LaunchOrder order;
  const std::vector<LaunchWish> wishes{wish(1, 1, 2), wish(3, 1, 1), wish(2, 1, 1)};
  CHECK(order.choose(wishes, {3, 0}, {4, 0}) == 2);
  CHECK_FALSE(order.choose(wishes, {4, 0}, {4, 0}));
}

TEST_CASE("slots are kept free for a large task whose turn it is") {
  LaunchOrder order;
  const LaunchWish large = wish(1, 4, 0);
  CHECK_FALSE(order.choose(std::vector{large, wish(2, 1, 1)}, {1, 0}, {4, 0}));
  INFO("another run has less in use now, but the large task waits already");
  CHECK_FALSE(order.choose(std::vector{wish(0, 1, 0), large}, {1, 0}, {4, 0}));
  CHECK(order.choose(std::vector{wish(0, 1, 0), large}, {0, 0}, {4, 0}) == 1);
  CHECK(order.choose(std::vector{wish(0, 1, 0)}, {0, 0}, {4, 0}) == 0);
}

TEST_CASE("a higher priority comes first, the run's before the step's") {
  LaunchOrder order;
  LaunchWish urgent_step = wish(1, 1, 0), urgent_run = wish(2, 4, 3);
  urgent_step.priority = {0, 100};
  urgent_run.priority = {1, -5};
  const std::vector<LaunchWish> wishes{wish(0, 1, 0), urgent_step, urgent_run};
  CHECK(order.choose(wishes, {0, 0}, {4, 0}) == 2);
  INFO("what slots are kept free for is overtaken by what is more urgent");
  const std::vector<LaunchWish> usual{wish(0, 4, 0), wish(1, 1, 0)};
  CHECK_FALSE(order.choose(usual, {1, 0}, {4, 0}));
  CHECK(order.choose(std::vector{wish(0, 4, 0), urgent_step}, {1, 0}, {4, 0}) == 1);
  CHECK_FALSE(order.choose(usual, {1, 0}, {4, 0}));
}

TEST_CASE("what wants more than there is runs alone") {
  LaunchOrder order;
  CHECK_FALSE(order.choose(std::vector{wish(1, 9, 0)}, {1, 0}, {4, 0}));
  CHECK(order.choose(std::vector{wish(1, 9, 0)}, {0, 0}, {4, 0}) == 0);
}

}  // namespace gt
