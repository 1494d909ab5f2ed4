// The store of tracking alone: bench_tracking FOLDER [RUNS [POINTS]]. Fills a home in the folder
// with runs of 50 metrics and 50 params each, and searches them; logs points, and counts what one
// takes on disk; logs by several threads, of which each waits for its commit.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/entropy.h"
#include "db/sqlite_database.h"
#include "tracking/metric_store.h"
#include "tracking/run_search.h"
#include "tracking/shared_commits.h"
#include "tracking/tracking_run.h"

namespace gt {

namespace {

constexpr std::int64_t keys = 50;
constexpr std::int64_t runs_usual = 100'000;
constexpr std::int64_t points_usual = 1'000'000;
constexpr int rounds = 11;

double milliseconds(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
      .count();
}

template <typename T>
T must(Result<T> result) {
  GT_CHECK(result.ok(), result.error().message.c_str());
  return *std::move(result);
}
void must(Result<void> result) { GT_CHECK(result.ok(), result.error().message.c_str()); }

std::int64_t bytes_of(const std::string& folder) {
  std::int64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("geartrain.db"))
      bytes += static_cast<std::int64_t>(entry.file_size());
  return bytes;
}

// By the tables: through the store it takes as many statements as there are values.
void fill(Database& database, std::int64_t runs) {
  auto writer = must(database.begin_write());
  const auto sql = [&](const std::string& text) { must(writer.execute(text)); };
  const std::string numbers =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) ";
  sql(fmt::format(fmt::runtime("INSERT INTO tracking_key (id, name) " + numbers +
                               "SELECT i, 'metric' || i FROM n"),
                  keys));
  sql(fmt::format(fmt::runtime("INSERT INTO tracking_key (id, name) " + numbers +
                               "SELECT i + {}, 'param' || i FROM n"),
                  keys, keys));
  sql(fmt::format(
      fmt::runtime("INSERT INTO tracking_run (id, uuid, experiment, name, user_id, status, "
                   "lifecycle, start_ms, artifact_uri) " +
                   numbers +
                   "SELECT i, lower(hex(randomblob(16))), 0, 'run-' || i, 'user', 'FINISHED', "
                   "'active', 1700000000000 + i, 'mlflow-artifacts:/0/' || i FROM n"),
      runs));
  const std::string drawn = "((r.id * 2654435761 + k.id * 40503) % 1000003)";
  sql("INSERT INTO tracking_metric (run, key, value, step, time_ms, series) SELECT r.id, k.id, " +
      drawn +
      fmt::format(" / 1000003.0, 100, 1700000000000, 0 FROM tracking_run r JOIN "
                  "tracking_key k WHERE k.id <= {}",
                  keys));
  sql("INSERT INTO tracking_param (run, key, value) SELECT r.id, k.id, 'value-' || (" + drawn +
      fmt::format(" % 20) FROM tracking_run r JOIN tracking_key k WHERE k.id > {}", keys));
  must(writer.commit());
}

void search(Database& database, const std::string& what, const std::string& filter,
            const std::vector<std::string>& order_by, std::int64_t size) {
  std::vector<double> times;
  std::size_t found = 0;
  for (int round = 0; round < rounds; ++round) {
    times.push_back(milliseconds([&] {
      auto reader = must(database.begin_read());
      RunSearch wanted{.experiments = {0}, .filter = filter, .order_by = order_by};
      wanted.page.size = size;
      found = must(search_runs(reader, wanted)).rows.size();
    }));
  }
  const double first = times.front();
  std::ranges::sort(times);
  fmt::print("{:<58} {:>6} found  first {:>7.1f} ms  median {:>7.1f} ms\n", what, found, first,
             times[times.size() / 2]);
}

void search_all(Database& database) {
  search(database, "the newest 100", "", {}, 100);
  search(database, "the newest 1,000", "", {}, 1000);
  search(database, "best 100 by a metric", "", {"metrics.metric1 DESC"}, 100);
  search(database, "best 1,000 by a metric", "", {"metrics.metric1 DESC"}, 1000);
  search(database, "a metric in 0.1 % of runs", "metrics.metric2 > 0.999", {}, 100);
  search(database, "a metric in half of them, by another one", "metrics.metric2 > 0.5",
         {"metrics.metric1 DESC"}, 100);
  search(database, "two metrics and a param (1 %), by a metric",
         "metrics.metric2 > 0.5 AND metrics.metric3 < 0.5 AND params.param4 = 'value-7'",
         {"metrics.metric1 DESC"}, 100);
  search(database, "the same, 1,000",
         "metrics.metric2 > 0.5 AND metrics.metric3 < 0.5 AND params.param4 = 'value-7'",
         {"metrics.metric1 DESC"}, 1000);
  search(database, "a param that begins so, by a param", "params.param4 LIKE 'value-1%'",
         {"params.param5"}, 100);
  search(database, "nothing found: two metrics that exclude each other",
         "metrics.metric2 > 0.5 AND metrics.metric2 < 0.5", {"metrics.metric1 DESC"}, 100);
}

void log_points(Database& database, const std::string& folder, std::int64_t points, Clock& clock,
                Entropy& entropy) {
  constexpr std::int64_t batch = 1'000, series = 20;
  const std::int64_t before = bytes_of(folder);
  TrackingRun run;
  {
    auto writer = must(database.begin_write());
    run = must(TrackingRunStore().create(writer, {.experiment = 0}, clock.now(), entropy));
    must(writer.commit());
  }
  const double spent = milliseconds([&] {
    for (std::int64_t done = 0; done < points; done += batch) {
      std::vector<LoggedMetric> metrics;
      for (std::int64_t i = 0; i < batch; ++i) {
        const std::int64_t step = (done + i) / series;
        metrics.push_back(
            {fmt::format("loss{}", i % series),
             {1.0 / (1.0 + static_cast<double>(step)) + 1e-3 * entropy.unit(),
              1'700'000'000'000 + step * 130 + static_cast<std::int64_t>(entropy.below(20)),
              step}});
      }
      auto writer = must(database.begin_write());
      must(MetricStore().append(writer, run.id, metrics));
      must(writer.commit());
    }
  });
  const auto bytes = static_cast<double>(bytes_of(folder) - before);
  fmt::print("{} points in batches of {} and {} metrics: {:.0f} points/s, {:.1f} bytes a point\n",
             points, batch, series, 1000 * static_cast<double>(points) / spent,
             bytes / static_cast<double>(points));
  std::size_t read = 0;
  const double took = milliseconds([&] {
    auto reader = must(database.begin_read());
    read = must(MetricStore().history(reader, run.id, "loss3")).size();
  });
  fmt::print("a history of {} points: {:.1f} ms\n", read, took);
}

void log_by_threads(Database& database, int threads, Clock& clock, Entropy& entropy) {
  constexpr int calls = 500;
  SharedCommits commits(database);
  std::vector<TrackingRun> runs;
  for (int i = 0; i < threads; ++i) {
    auto writer = must(database.begin_write());
    runs.push_back(
        must(TrackingRunStore().create(writer, {.experiment = 0}, clock.now(), entropy)));
    must(writer.commit());
  }
  const double spent = milliseconds([&] {
    std::vector<std::jthread> working;
    for (const TrackingRun& run : runs)
      working.emplace_back([&] {
        for (int step = 0; step < calls; ++step) {
          const LoggedMetric metric{"m", {0.5, 1'700'000'000'000 + step, step}};
          must(commits.write([&](Transaction& transaction) {
            return MetricStore().append(transaction, run.id, {&metric, 1});
          }));
        }
      });
  });
  fmt::print("{} threads, each waits for its commit: {:.0f} points/s\n", threads,
             1000 * calls * threads / spent);
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int work(const std::vector<std::string>& words) {
  if (words.empty()) {
    fmt::print(stderr, "bench_tracking FOLDER [RUNS [POINTS]]\n");
    return 2;
  }
  const std::int64_t runs = words.size() > 1 ? number(words[1]) : runs_usual;
  const std::int64_t points = words.size() > 2 ? number(words[2]) : points_usual;
  SystemClock clock;
  SystemEntropy entropy;
  const Home home = must(Home::open(words[0]));
  auto database = must(SqliteDatabase::open(home, clock));
  const double filled = milliseconds([&] { fill(*database, runs); });
  fmt::print("{} runs with {} metrics and {} params: {:.1f} s, {:.0f} MiB\n", runs, keys, keys,
             filled / 1000, static_cast<double>(bytes_of(home.path())) / (1 << 20));
  search_all(*database);
  log_points(*database, home.path(), points, clock, entropy);
  for (const int threads : {1, 8, 16}) log_by_threads(*database, threads, clock, entropy);
  return 0;
}

}  // namespace

}  // namespace gt

int main(int count, char** words) {
  return gt::work(std::vector<std::string>(words + std::min(count, 1), words + count));
}
