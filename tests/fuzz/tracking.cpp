// What clients of tracking send: filters, orders, paths of artifacts, points of metrics.
#include "base/text.h"
#include "fuzz/targets.h"
#include "tracking/filter.h"
#include "tracking/metric_points.h"
#include "tracking/names.h"

namespace gt {

namespace {

void check_filter(std::string_view text, const SearchWords& words) {
  const auto filter = parse_filter(text, words);
  if (!filter) {
    GT_CHECK(filter.error().code == Errc::invalid, "a wrong filter is its writer's mistake");
    GT_CHECK(!filter.error().message.empty(), "a refusal says why");
    return;
  }
  for (const Comparison& one : *filter)
    GT_CHECK(!one.key.name.empty(), "what is compared has a name");
}

void check_points(std::string_view bytes) {
  const auto points = read_points(bytes);
  if (!points) return;
  std::string chunk;
  MetricPoint last;
  for (const MetricPoint& point : *points) {
    append_point(chunk, last, point);
    last = point;
  }
  const auto again = read_points(chunk);
  GT_CHECK(again && again->size() == points->size(), "points that were read can be written");
  for (std::size_t i = 0; i < points->size(); ++i)
    GT_CHECK(are_equal((*again)[i], (*points)[i]), "points come back as they were");
}

void check_path(std::string_view path) {
  if (!check_artifact_path(path)) return;
  for (const std::string_view part : split(path, '/'))
    GT_CHECK(!part.empty() && part != "." && part != "..", "a path stays below its root");
}

}  // namespace

void fuzz_tracking(std::string_view bytes) {
  check_filter(bytes, run_search_words());
  check_filter(bytes, experiment_search_words());
  const std::string term(bytes);
  (void)parse_order({&term, 1}, run_search_words()).ok();
  check_points(bytes);
  check_path(bytes);
}

}  // namespace gt
