#include "tracking/metric_store.h"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <rapidcheck.h>

#include "tracking/tracking_test_home.h"

namespace gt {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::int64_t count(TrackingHome& home, const char* sql) {
  return std::get<0>(**home.transaction.query_row<std::int64_t>(sql));
}

TEST_CASE("the newest point is the one of the greatest step, whatever came last") {
  TrackingHome home;
  const TrackingRun run = home.run();
  home.log(run, "loss", 0.5, 2);
  home.log(run, "loss", 0.9, 1);
  const auto newest = MetricStore().newest(home.transaction, run.id);
  REQUIRE(newest.ok());
  REQUIRE(newest->size() == 1);
  CHECK(newest->front().key == "loss");
  CHECK(newest->front().point.value == 0.5);
  CHECK(MetricStore().history(home.transaction, run.id, "loss")->size() == 2);
}

TEST_CASE("what comes twice is there once, also of a metric with one point") {
  TrackingHome home;
  const TrackingRun run = home.run();
  for (int i = 0; i < 2; ++i) home.log(run, "a", nan, 3);
  CHECK(MetricStore().history(home.transaction, run.id, "a")->size() == 1);
  CHECK(count(home, "SELECT count(*) FROM tracking_points") == 0);
  for (int i = 0; i < 2; ++i) home.log(run, "a", 1, 4);
  CHECK(MetricStore().history(home.transaction, run.id, "a")->size() == 2);
}

TEST_CASE("NaN and infinities survive") {
  TrackingHome home;
  const TrackingRun run = home.run();
  home.log(run, "a", infinity, 1);
  home.log(run, "a", -infinity, 2);
  home.log(run, "a", nan, 3);
  home.log(run, "b", infinity);
  const auto history = MetricStore().history(home.transaction, run.id, "a");
  REQUIRE(history->size() == 3);
  CHECK((*history)[0].value == infinity);
  CHECK((*history)[1].value == -infinity);
  CHECK(std::isnan((*history)[2].value));
  const auto newest = MetricStore().newest(home.transaction, run.id);
  CHECK(std::isnan((*newest)[0].point.value));
  CHECK((*newest)[1].point.value == infinity);
}

TEST_CASE("a history of many chunks is whole, and can be cut by steps") {
  TrackingHome home;
  const TrackingRun run = home.run();
  std::vector<LoggedMetric> metrics;
  for (int step = 0; step < 5000; ++step)
    metrics.push_back({"loss", {1.0 / (1 + step), 1'700'000'000'000 + step * 10, step}});
  for (std::size_t at = 0; at < metrics.size(); at += 1000)
    REQUIRE(
        MetricStore().append(home.transaction, run.id, std::span(metrics).subspan(at, 1000)).ok());
  CHECK(count(home, "SELECT count(*) FROM tracking_points") > 20);
  CHECK(count(home, "SELECT max(length(points)) FROM tracking_points") < 1000);
  const auto all = MetricStore().history(home.transaction, run.id, "loss");
  REQUIRE(all->size() == 5000);
  CHECK(all->back().step == 4999);
  const auto some = MetricStore().history(home.transaction, run.id, "loss", {10, 19});
  CHECK(some->size() == 10);
  CHECK(MetricStore().history(home.transaction, run.id, "other")->empty());
}

TEST_CASE("any points in any portions are a history") {
  CHECK(rc::check([](const std::vector<std::vector<std::tuple<double, int, int>>>& portions) {
    TrackingHome home;
    const TrackingRun run = home.run();
    std::vector<MetricPoint> expected;
    for (const auto& portion : portions) {
      std::vector<LoggedMetric> metrics;
      for (const auto& [value, time, step] : portion) {
        metrics.push_back({"m", {value, time, step}});
        expected.push_back(metrics.back().point);
      }
      RC_ASSERT(MetricStore().append(home.transaction, run.id, metrics).ok());
    }
    make_history(expected);
    const auto history = MetricStore().history(home.transaction, run.id, "m");
    RC_ASSERT(history.ok());
    RC_ASSERT(std::ranges::equal(*history, expected, are_equal));
  }));
}

TEST_CASE("histories are thinned out evenly, and keep their ends") {
  std::vector<std::vector<MetricPoint>> histories(2);
  for (int step = 0; step < 1000; ++step) histories[0].push_back({0, 0, step});
  histories[1] = {{0, 0, 333}, {0, 0, 2000}};
  const auto steps = sampled_steps(histories, 10);
  CHECK(steps.size() <= 14);
  for (const std::int64_t end : {0, 333, 999, 2000}) CHECK(std::ranges::count(steps, end) == 1);
  CHECK(sampled_steps(histories, 5000).size() == 1001);
  CHECK(sampled_steps({}, 10).empty());
}

}  // namespace
}  // namespace gt
