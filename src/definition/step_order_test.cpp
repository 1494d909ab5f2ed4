#include "definition/step_order.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace gt;

TEST_CASE("each step comes after those that it depends on") {
  CHECK(rc::check([] {
    // Edges go from lower numbers to higher ones, so there is no cycle, and no step stands right.
    const auto count = *rc::gen::inRange<std::uint32_t>(1, 30);
    StepEdges edges(count);
    for (std::uint32_t i = 0; i + 1 < count; ++i) {
      edges[i] = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(i + 1, count));
    }
    const StepOrder order = order_steps(edges);
    RC_ASSERT(order.cycles.empty());
    RC_ASSERT(order.sequence.size() == count);
    const auto place = [&](std::uint32_t step) {
      return std::ranges::find(order.sequence, step) - order.sequence.begin();
    };
    for (std::uint32_t i = 0; i < count; ++i) {
      for (const auto upstream : edges[i]) RC_ASSERT(place(upstream) < place(i));
    }
  }));
}

TEST_CASE("cycles are told step by step, and at most ten of them") {
  const StepOrder one = order_steps({{1}, {2}, {0}, {0}});
  REQUIRE(one.cycles.size() == 1);
  CHECK(one.cycles[0] == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(one.sequence.size() == 4);
  CHECK(order_steps({{0}}).cycles[0] == std::vector<std::uint32_t>{0});
  StepEdges all(50);
  for (auto& edges : all) {
    for (std::uint32_t i = 0; i < 50; ++i) edges.push_back(i);
  }
  CHECK(order_steps(all).cycles.size() == 10);
}
