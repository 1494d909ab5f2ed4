/// A database in memory with an experiment, for tests of stores.
#pragma once

#include <doctest/doctest.h>
#include <memory>

#include "db/memory_database.h"
#include "tracking/metric_store.h"
#include "tracking/run_search.h"
#include "tracking/tracking_run.h"

namespace gt {

struct TrackingHome {
  FakeClock clock;
  SeededEntropy entropy{7};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  Transaction transaction = *database->begin_write();

  /// With the start in the order of calls.
  TrackingRun run(const std::string& name = "", std::int64_t experiment = 0) {
    clock.advance(std::chrono::milliseconds(1));
    auto made = TrackingRunStore().create(transaction, {.experiment = experiment, .name = name},
                                          clock.now(), entropy);
    REQUIRE(made.ok());
    return *made;
  }
  void log(const TrackingRun& run, const std::string& key, double value, std::int64_t step = 0,
           std::int64_t time = 5) {
    const LoggedMetric metric{key, {value, time, step}};
    REQUIRE(MetricStore().append(transaction, run.id, {&metric, 1}).ok());
  }
  void param(const TrackingRun& run, const std::string& key, const std::string& value) {
    const TrackingTag pair{key, value};
    REQUIRE(TrackingRunStore().add_params(transaction, run, {&pair, 1}).ok());
  }
  /// The names of what is found, over all pages.
  std::string search(const std::string& filter, std::vector<std::string> order_by = {},
                     std::int64_t page_size = 100) {
    RunSearch wanted{.experiments = {0}, .filter = filter, .order_by = std::move(order_by)};
    wanted.page.size = page_size;
    std::string names;
    do {
      const auto page = search_runs(transaction, wanted);
      INFO(filter, page.ok() ? "" : page.error().message);
      REQUIRE(page.ok());
      CHECK(std::ssize(page->rows) <= page_size);
      for (const std::int64_t id : page->rows)
        names += (names.empty() ? "" : " ") + TrackingRunStore().get_by_id(transaction, id)->name;
      wanted.page.token = page->next_token;
    } while (!wanted.page.token.empty());
    return names;
  }
};

}  // namespace gt
