#include "schedule/live_run.h"

#include <doctest/doctest.h>

#include "definition/limits.h"
#include "definition/read_pipeline.h"

namespace gt {

TEST_CASE("matrices inside matrices end at a million tasks, and the step that wants more fails") {
  ReadResult read = read_pipeline(R"(
name: many
params: {n: {type: integer, default: 100000}}
steps:
  outer:
    matrix: {x: "${{ range(11) }}"}
    group:
      steps:
        inner: {run: "true", matrix: {y: "${{ range(params.n) }}"}}
)",
                                  "pipeline.yaml");
  REQUIRE(read.problems.empty());
  auto pipeline = std::make_shared<const Pipeline>(*std::move(read.pipeline));
  RunRecord run;
  run.params = {{"n", std::int64_t{100'000}}};
  const auto plan = Plan::build(pipeline, run.params);
  LiveRun live = LiveRun::begin(plan, Selection(*plan), run);
  live.start({});
  while (live.wants_turn() && live.decide({}).lookups.empty()) {
  }
  CHECK(live.tasks().size() <= definition_limits::run_tasks_max);
  CHECK(live.tasks().size() > definition_limits::run_tasks_max - 100'000);
  TaskIndex failed = no_task;
  for (TaskIndex task = 0; task < live.tasks().size(); ++task)
    if (live.failure(task)) failed = task;
  REQUIRE(failed != no_task);
  CHECK(live.failure(failed)->message ==
        "the run would have more than 1000000 tasks (limit run_tasks_max)");
}

}  // namespace gt
