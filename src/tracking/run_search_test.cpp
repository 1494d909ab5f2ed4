#include "tracking/run_search.h"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <rapidcheck.h>

#include "tracking/dataset_store.h"
#include "tracking/tracking_test_home.h"

namespace gt {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct FiveRuns : TrackingHome {
  TrackingRun a = run("a"), b = run("b"), c = run("c"), d = run("d"), e = run("e");
  FiveRuns() {
    log(a, "auc", 0.9);
    log(b, "auc", 0.7);
    log(c, "auc", nan);
    log(e, "auc", 0.8);
    for (const TrackingRun& one : {a, b}) param(one, "model type", "tree");
    param(c, "model type", "Linear");
  }
};

TEST_CASE("without a filter the newest runs come first") {
  FiveRuns home;
  CHECK(home.search("") == "e d c b a");
  CHECK(home.search("", {}, 2) == "e d c b a");
}

TEST_CASE("metrics compare as numbers, and NaN only differs") {
  FiveRuns home;
  CHECK(home.search("metrics.auc > 0.75") == "e a");
  CHECK(home.search("metrics.auc != 0.7") == "e c a");
  CHECK(home.search("metrics.auc <= 0.7") == "b");
  CHECK(home.search("metrics.auc >= 0.7 AND metrics.auc < 0.9") == "e b");
  CHECK(home.search("metrics.nobody > 0").empty());
}

TEST_CASE("params and tags compare as texts, and != needs the key") {
  FiveRuns home;
  CHECK(home.search("params.`model type` = 'tree'") == "b a");
  CHECK(home.search("params.`model type` != 'tree'") == "c");
  CHECK(home.search("params.`model type` LIKE 'l%'").empty());
  CHECK(home.search("params.`model type` ILIKE 'l%'") == "c");
  CHECK(home.search("params.`model type` LIKE '_inea_'") == "c");
  CHECK(home.search("params.`model type` IS NULL") == "e d");
  CHECK(home.search("params.`model type` IS NOT NULL") == "c b a");
  CHECK(home.search("tags.mlflow.runName = 'd'") == "d");
  CHECK(home.search("params.nobody IS NULL") == "e d c b a");
  CHECK(home.search("params.nobody = 'x'").empty());
}

TEST_CASE("what stands for a wild card elsewhere stands for itself") {
  FiveRuns home;
  home.param(home.d, "q", "a*b?[c]");
  CHECK(home.search("params.q LIKE 'a*b?[c]'") == "d");
  CHECK(home.search("params.q LIKE 'a*b?[c'").empty());
  CHECK(home.search("params.q = \"a' OR 1=1 --\"").empty());
}

TEST_CASE("long values that begin alike are told apart") {
  FiveRuns home;
  const std::string front(100, 'x');
  home.param(home.a, "long", front + "1");
  home.param(home.b, "long", front + "2");
  CHECK(home.search("params.long = '" + front + "2'") == "b");
}

TEST_CASE("attributes of runs") {
  FiveRuns home;
  CHECK(home.search("run_id = '" + home.b.uuid + "'") == "b");
  CHECK(home.search("run_id IN ('" + home.b.uuid + "', '" + home.d.uuid + "')") == "d b");
  CHECK(home.search("run_id NOT IN ('" + home.b.uuid + "')") == "e d c a");
  CHECK(home.search("attributes.run_name LIKE 'c'") == "c");
  CHECK(home.search("status = 'RUNNING' AND start_time <= " + std::to_string(home.b.start_ms)) ==
        "b a");
  CHECK(home.search("end_time > 0").empty());
  CHECK(home.search("artifact_uri LIKE '%" + home.a.uuid + "%'") == "a");
}

TEST_CASE("data sets of runs") {
  FiveRuns home;
  const DatasetInput input{.dataset = {.name = "flights", .digest = "d1"},
                           .tags = {{"mlflow.data.context", "train"}}};
  REQUIRE(DatasetStore().add_inputs(home.transaction, home.b, {&input, 1}).ok());
  CHECK(home.search("dataset.name = 'flights' AND datasets.context LIKE 'tr%'") == "b");
  CHECK(home.search("dataset.digest IN ('d1', 'd2')") == "b");
  CHECK(home.search("dataset.name != 'flights'").empty());
}

TEST_CASE("an order has NaN before what is missing, and both behind the rest, in both directions") {
  FiveRuns home;
  for (const std::int64_t size : {100, 1, 2, 3}) {
    CHECK(home.search("", {"metrics.auc"}, size) == "b e a c d");
    CHECK(home.search("", {"metrics.auc DESC"}, size) == "a e b c d");
    CHECK(home.search("metrics.auc > 0", {"metrics.auc DESC"}, size) == "a e b");
    CHECK(home.search("", {"params.`model type`", "metrics.auc"}, size) == "c b a e d");
    CHECK(home.search("", {"start_time ASC"}, size) == "a b c d e");
    CHECK(home.search("", {"end_time", "run_name"}, size) == "a b c d e");
  }
}

TEST_CASE("deleted runs are seen where they are asked for") {
  FiveRuns home;
  REQUIRE(TrackingRunStore().set_deleted(home.transaction, home.b, true).ok());
  CHECK(home.search("metrics.auc > 0", {"metrics.auc"}) == "e a");
  const auto found = [&](LifecycleView view) {
    return search_runs(home.transaction, {.experiments = {0}, .view = view})->rows.size();
  };
  CHECK(found(LifecycleView::deleted) == 1);
  CHECK(found(LifecycleView::all) == 5);
}

TEST_CASE("a token belongs to its search") {
  FiveRuns home;
  RunSearch wanted{.experiments = {0}, .page = {.size = 2}};
  wanted.page.token = search_runs(home.transaction, wanted)->next_token;
  CHECK(search_runs(home.transaction, wanted).ok());
  for (RunSearch other :
       {RunSearch{.experiments = {0, 1}}, RunSearch{.experiments = {0}, .filter = "status = 'X'"},
        RunSearch{.experiments = {0}, .order_by = {"start_time"}},
        RunSearch{.experiments = {0}, .view = LifecycleView::all}}) {
    other.page = wanted.page;
    CHECK(search_runs(home.transaction, other).error().message.find("another search") !=
          std::string::npos);
  }
}

// The same by hand: the law that the ways of searching have in common.
TEST_CASE("any metrics are filtered and ordered as by hand, page by page") {
  CHECK(rc::check([](const std::vector<std::pair<bool, int>>& drawn, unsigned size, int limit,
                     bool is_descending) {
    struct Row {
      std::string name;
      std::optional<double> value;
    };
    TrackingHome home;
    std::vector<Row> rows;
    for (const auto& [has_value, number] : drawn) {
      const TrackingRun run = home.run(fmt::format("r{}", rows.size()));
      std::optional<double> value;
      if (has_value) value = number == 0 ? nan : number;
      if (value) home.log(run, "m", *value);
      rows.push_back({run.name, value});
    }
    const auto rank = [](const Row& row) {
      return !row.value ? 2 : std::isnan(*row.value) ? 1 : 0;
    };
    std::ranges::reverse(rows);
    std::ranges::stable_sort(rows, [&](const Row& left, const Row& right) {
      if (rank(left) != rank(right)) return rank(left) < rank(right);
      if (rank(left) != 0) return false;
      return is_descending ? *left.value > *right.value : *left.value < *right.value;
    });
    std::string all, above;
    for (const Row& row : rows) {
      all += (all.empty() ? "" : " ") + row.name;
      if (row.value && *row.value > limit) above += (above.empty() ? "" : " ") + row.name;
    }
    const std::string order = is_descending ? "metrics.m DESC" : "metrics.m";
    const std::int64_t page_size = 1 + size % 7;
    RC_ASSERT(home.search("", {order}, page_size) == all);
    RC_ASSERT(home.search(fmt::format("metrics.m > {}", limit), {order}, page_size) == above);
    RC_ASSERT(home.search("metrics.m != 1000 AND status != 'x'", {order}, page_size).size() <=
              all.size());
  }));
}

}  // namespace
}  // namespace gt
