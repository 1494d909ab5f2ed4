#include "tracking/metric_store.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "tracking/key_store.h"

namespace gt {

namespace {

constexpr int series_bits = 20;

std::int64_t first_chunk(std::int64_t series) { return series << series_bits; }
std::int64_t last_chunk(std::int64_t series) { return first_chunk(series + 1) - 1; }

struct Newest {
  MetricPoint point;
  std::int64_t series = 0;
};

std::optional<double> stored(double value) {
  return std::isnan(value) ? std::nullopt : std::optional(value);
}

MetricPoint point_of(std::optional<double> value, std::int64_t time, std::int64_t step) {
  return {value.value_or(std::numeric_limits<double>::quiet_NaN()), time, step};
}

Result<std::optional<Newest>> find_newest(Transaction& transaction, std::int64_t run,
                                          std::int64_t key) {
  const auto row =
      TRY((transaction.query_row<std::optional<double>, std::int64_t, std::int64_t, std::int64_t>(
          "SELECT value, time_ms, step, series FROM tracking_metric WHERE run = :run AND key "
          "= :key",
          {run, key})));
  if (!row) return std::optional<Newest>();
  const auto& [value, time, step, series] = *row;
  return std::optional(Newest{point_of(value, time, step), series});
}

Result<std::int64_t> next_series(Transaction& transaction) {
  const auto row =
      TRY(transaction.query_row<std::int64_t>("SELECT coalesce(max(id), 0) FROM tracking_points"));
  return (std::get<0>(*row) >> series_bits) + 1;
}

struct Chunk {
  std::int64_t id = 0;
  std::string bytes;
  std::vector<MetricPoint> points;
};

Result<Chunk> newest_chunk(Transaction& transaction, std::int64_t series) {
  const auto row = TRY((transaction.query_row<std::int64_t, std::string>(
      "SELECT id, points FROM tracking_points WHERE id >= :first AND id <= :last ORDER BY id DESC "
      "LIMIT 1",
      {first_chunk(series), last_chunk(series)})));
  Chunk chunk{.id = first_chunk(series), .bytes = {}, .points = {}};
  if (!row) return chunk;
  chunk.id = std::get<0>(*row);
  chunk.bytes = std::get<1>(*row);
  chunk.points = TRY(read_points(chunk.bytes));
  return chunk;
}

// The door of the database knows texts and no bytes; a cast takes the bytes as they are.
Result<void> write_chunk(Transaction& transaction, const Chunk& chunk) {
  TRY(transaction.execute(
      "INSERT INTO tracking_points (id, points) VALUES (:id, CAST(:points AS BLOB)) ON CONFLICT "
      "(id) DO UPDATE SET points = excluded.points",
      {chunk.id, chunk.bytes}));
  return {};
}

Result<void> append_to_series(Transaction& transaction, std::int64_t series,
                              std::span<const MetricPoint> points) {
  Chunk chunk = TRY(newest_chunk(transaction, series));
  bool is_changed = false;
  for (const MetricPoint& point : points) {
    // Others that come twice are left out when the history is read.
    if (std::ranges::any_of(chunk.points,
                            [&](const MetricPoint& there) { return are_equal(there, point); }))
      continue;
    if (chunk.bytes.size() >= chunk_bytes_max) {
      if (is_changed) TRY(write_chunk(transaction, chunk));
      ++chunk.id;
      chunk.bytes.clear();
      chunk.points.clear();
    }
    append_point(chunk.bytes, chunk.points.empty() ? MetricPoint() : chunk.points.back(), point);
    chunk.points.push_back(point);
    is_changed = true;
  }
  if (is_changed) TRY(write_chunk(transaction, chunk));
  return {};
}

Result<void> append_points(Transaction& transaction, std::int64_t run, std::int64_t key,
                           std::vector<MetricPoint> points) {
  const auto before = TRY(find_newest(transaction, run, key));
  MetricPoint newest = before ? before->point : points.front();
  for (const MetricPoint& point : points)
    if (is_newer(point, newest)) newest = point;
  std::int64_t series = before ? before->series : 0;
  // The only point of a metric stands in its row.
  const auto differs = [&](const MetricPoint& point) { return !are_equal(point, newest); };
  const bool is_only =
      series == 0 && std::ranges::none_of(points, differs) && (!before || !differs(before->point));
  if (!is_only) {
    if (series == 0) {
      series = TRY(next_series(transaction));
      if (before) points.insert(points.begin(), before->point);
    }
    TRY(append_to_series(transaction, series, points));
  }
  if (before && before->series == series && are_equal(before->point, newest)) return {};
  TRY(transaction.execute(
      "INSERT INTO tracking_metric (run, key, value, step, time_ms, series) VALUES (:run, :key, "
      ":value, :step, :time_ms, :series) ON CONFLICT (run, key) DO UPDATE SET value = "
      "excluded.value, step = excluded.step, time_ms = excluded.time_ms, series = "
      "excluded.series",
      {run, key, stored(newest.value), newest.step, newest.time_ms, series}));
  return {};
}

}  // namespace

Result<void> MetricStore::append(Transaction& transaction, std::int64_t run,
                                 std::span<const LoggedMetric> metrics) {
  std::map<std::string_view, std::vector<MetricPoint>> by_key;
  for (const LoggedMetric& metric : metrics) by_key[metric.key].push_back(metric.point);
  for (auto& [name, points] : by_key) {
    const std::int64_t key = TRY(make_key(transaction, name));
    TRY(append_points(transaction, run, key, std::move(points)));
  }
  return {};
}

Result<std::vector<MetricPoint>> MetricStore::history(Transaction& transaction, std::int64_t run,
                                                      const std::string& key,
                                                      const StepRange& steps) {
  std::vector<MetricPoint> points;
  const auto key_id = TRY(find_key(transaction, key));
  const auto newest =
      key_id ? TRY(find_newest(transaction, run, *key_id)) : std::optional<Newest>();
  if (!newest) return points;
  if (newest->series == 0) {
    points.push_back(newest->point);
  } else {
    const auto take = [&](std::string_view chunk) -> Result<void> {
      const auto read = TRY(read_points(chunk));
      points.insert(points.end(), read.begin(), read.end());
      return {};
    };
    TRY(transaction.query<std::string_view>(
        "SELECT points FROM tracking_points WHERE id >= :first AND id <= :last ORDER BY id",
        {first_chunk(newest->series), last_chunk(newest->series)}, take));
  }
  std::erase_if(points, [&](const MetricPoint& point) {
    return (steps.first && point.step < *steps.first) || (steps.last && point.step > *steps.last);
  });
  make_history(points);
  return points;
}

Result<std::vector<LoggedMetric>> MetricStore::newest(Transaction& transaction, std::int64_t run) {
  std::vector<LoggedMetric> metrics;
  TRY((transaction.query<std::string, std::optional<double>, std::int64_t, std::int64_t>(
      "SELECT k.name, m.value, m.time_ms, m.step FROM tracking_metric m JOIN "
      "tracking_key k ON k.id = m.key WHERE m.run = :run ORDER BY m.key",
      {run},
      [&](std::string key, std::optional<double> value, std::int64_t time, std::int64_t step) {
        metrics.push_back({std::move(key), point_of(value, time, step)});
      })));
  return metrics;
}

std::vector<std::int64_t> sampled_steps(std::span<const std::vector<MetricPoint>> histories,
                                        std::size_t points_max) {
  std::vector<std::int64_t> all, chosen;
  for (const auto& history : histories) {
    for (const MetricPoint& point : history) all.push_back(point.step);
    if (history.empty()) continue;
    const auto [least, most] = std::ranges::minmax_element(history, {}, &MetricPoint::step);
    chosen.push_back(least->step);
    chosen.push_back(most->step);
  }
  const auto make_unique = [](std::vector<std::int64_t>& steps) {
    std::ranges::sort(steps);
    const auto repeated = std::ranges::unique(steps);
    steps.erase(repeated.begin(), repeated.end());
  };
  make_unique(all);
  const std::size_t every = points_max == 0 ? 1 : (all.size() + points_max - 1) / points_max;
  for (std::size_t i = 0; i < all.size(); i += std::max<std::size_t>(every, 1))
    chosen.push_back(all[i]);
  make_unique(chosen);
  return chosen;
}

}  // namespace gt
