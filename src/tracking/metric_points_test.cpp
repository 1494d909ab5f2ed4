#include "tracking/metric_points.h"

#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <rapidcheck.h>

namespace gt {
namespace {

std::string chunk_of(const std::vector<MetricPoint>& points) {
  std::string chunk;
  MetricPoint last;
  for (const MetricPoint& point : points) {
    append_point(chunk, last, point);
    last = point;
  }
  return chunk;
}

bool come_back(const std::vector<MetricPoint>& points) {
  const auto read = read_points(chunk_of(points));
  return read.ok() && std::ranges::equal(*read, points, are_equal);
}

TEST_CASE("points come back as they were, also the extremes") {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(come_back({}));
  CHECK(come_back({{0, 0, 0}, {0, 0, 0}}));
  CHECK(come_back({{std::nan(""), highest, lowest},
                   {-std::nan("1"), lowest, highest},
                   {infinity, 0, 0},
                   {-infinity, 0, 1},
                   {std::numeric_limits<double>::denorm_min(), -1, -1},
                   {std::numeric_limits<double>::max(), 1, 1}}));
}

TEST_CASE("a value's sign of zero comes back") {
  const auto read = read_points(chunk_of({{-0.0, 0, 0}}));
  REQUIRE(read.ok());
  CHECK(std::signbit(read->front().value));
}

TEST_CASE("any points come back as they were") {
  CHECK(rc::check([](const std::vector<std::tuple<double, std::int64_t, std::int64_t>>& drawn) {
    std::vector<MetricPoint> points;
    for (const auto& [value, time, step] : drawn) points.push_back({value, time, step});
    RC_ASSERT(come_back(points));
  }));
}

TEST_CASE("bytes that are no chunk are an error, and never more than one") {
  const std::string chunk = chunk_of({{0.1, 1'700'000'000'000, 1}, {0.2, 1'700'000'000'500, 2}});
  for (std::size_t size = 1; size < chunk.size(); ++size)
    if (const auto read = read_points(chunk.substr(0, size)); read.ok()) CHECK(read->size() == 1);
  CHECK_FALSE(read_points("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff").ok());
  CHECK_FALSE(read_points(std::string_view("\0\0\x99", 3)).ok());
}

TEST_CASE("a training's points take at most twelve bytes each") {
  std::vector<MetricPoint> points;
  for (int step = 0; step < 1000; ++step)
    points.push_back({1.0 / (3 + step), 1'700'000'000'000 + step * 137, step});
  const double bytes = static_cast<double>(chunk_of(points).size()) / 1000;
  CAPTURE(bytes);
  CHECK(bytes < 12);
}

TEST_CASE("a history is in the order of time and knows each point once") {
  const double nan = std::nan("");
  std::vector<MetricPoint> points = {{2, 5, 1}, {1, 5, 0}, {nan, 4, 9}, {2, 5, 1}, {nan, 4, 9}};
  make_history(points);
  REQUIRE(points.size() == 3);
  CHECK(std::isnan(points[0].value));
  CHECK(points[1].value == 1);
  CHECK(points[2].value == 2);
}

TEST_CASE("the newest is the one of the greatest step, then time, then value") {
  CHECK(is_newer({0, 0, 2}, {9, 9, 1}));
  CHECK(is_newer({0, 2, 1}, {9, 1, 1}));
  CHECK(is_newer({2, 1, 1}, {1, 1, 1}));
  CHECK(is_newer({std::nan(""), 1, 1}, {1e300, 1, 1}));
  CHECK_FALSE(is_newer({1, 1, 1}, {1, 1, 1}));
}

}  // namespace
}  // namespace gt
