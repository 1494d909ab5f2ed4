#include "schedule/borrowed_results.h"

#include <doctest/doctest.h>

#include "definition/read_pipeline.h"
#include "engine/simulated_courses.h"

using namespace gt;

namespace {

using Paths = std::vector<std::string>;

constexpr const char* pipeline = R"(
steps:
  load: {run: [load], code: [a.py], outputs: {raw: {path: raw}}}
  split:
    matrix: {part: [1, 2]}
    run: [split, "${{ matrix.part }}"]
    inputs: {raw: "${{ steps.load.outputs.raw }}"}
    outputs: {rows: {type: integer}}
  tidy:
    needs: [load]
    group:
      steps: {inner: {run: [inner], code: [a.py], outputs: {n: {type: integer}}}}
      outputs: {n: "${{ steps.inner.outputs.n }}"}
  train:
    matrix: {depth: [4, 6, 8]}
    run: [train, "${{ matrix.depth }}", "${{ to_json(inputs.rows) }}", "${{ inputs.n }}"]
    inputs: {rows: "${{ steps.split.outputs.rows }}", n: "${{ steps.tidy.outputs.n }}"}
    outputs: {auc: {type: number}}
  tell: {run: [tell], needs: [train]}
finally:
  last: {run: [last]}
)";

std::shared_ptr<const Plan> plan_of(const std::string& text) {
  ReadResult read = read_pipeline(text, "pipeline.yaml");
  REQUIRE(read.pipeline);
  return Plan::build(std::make_shared<const Pipeline>(*std::move(read.pipeline)), {});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Earlier {
  SimulatedWorld world{7};
  std::shared_ptr<const Plan> plan;
  RunId run = 0;

  explicit Earlier(const char* text = pipeline) : plan(plan_of(text)) {
    run = world.start(plan);
    REQUIRE(world.drive().ok());
    REQUIRE(world.state(run) == RunState::succeeded);
  }

  Result<RunChanges> begin(const Plan& now, const std::string& step,
                           std::unordered_set<Digest> missing = {}) {
    const ChosenStep chosen = TRY(choose_step(now, step));
    const LoadedRun loaded = world.load(run);
    return begin_on_results(now, chosen, {*plan, loaded, std::move(missing)}, world.clock.now());
  }

  RunId start(const std::shared_ptr<const Plan>& now, const std::string& step) {
    const auto beginning = begin(*now, step);
    REQUIRE(beginning.ok());
    const std::string name = now->step(choose_step(*now, step)->step).name;
    return world.start(now, {.only = {name}, .from = {}, .refresh = {name}}, &*beginning);
  }

  std::string refusal(const std::string& text, const std::string& step) {
    const auto begun = begin(*plan_of(text), step);
    return begun ? "" : begun.error().message;
  }
};

constexpr const char* all_of_train =
    "load:cached split:succeeded tidy:cached train:succeeded tell:skipped last:skipped "
    "split[0]:cached split[1]:cached train[0]:succeeded train[1]:succeeded train[2]:succeeded";

}  // namespace

TEST_CASE("one step is executed on the results of an earlier run") {
  Earlier earlier;
  const auto started = record_starts(earlier.world);
  const RunId run = earlier.start(earlier.plan, "train");
  REQUIRE(earlier.world.drive().ok());
  CHECK(*started == Paths{"train[0]", "train[1]", "train[2]"});
  CHECK(earlier.world.states(run) == all_of_train);
  CHECK(earlier.world.state(run) == RunState::succeeded);
  for (const TaskResult& result : earlier.world.load(run).results)
    if (result.cached_from) CHECK(result.cached_from->run == earlier.run);
}

TEST_CASE("it goes on after a crash at any commit") {
  for (std::int64_t commits = 1; commits < 8; ++commits) {
    Earlier earlier;
    const RunId run = earlier.start(earlier.plan, "train");
    std::int64_t seen = 0;
    earlier.world.on_commit = [&](const RunChanges&) { ++seen; };
    REQUIRE(earlier.world.drive([&] { return seen >= commits; }).ok());
    earlier.world.crash();
    REQUIRE(earlier.world.drive().ok());
    CHECK(earlier.world.states(run) == all_of_train);
    CHECK(earlier.world.executor->violations().empty());
  }
}

TEST_CASE("of a matrix one item is executed, and the others are what they were") {
  Earlier earlier;
  const auto started = record_starts(earlier.world);
  const RunId run = earlier.start(earlier.plan, "train[1]");
  REQUIRE(earlier.world.drive().ok());
  CHECK(*started == Paths{"train[1]"});
  CHECK(earlier.world.states(run) ==
        "load:cached split:succeeded tidy:cached train:succeeded tell:skipped last:skipped "
        "split[0]:cached split[1]:cached train[0]:cached train[1]:succeeded train[2]:cached");
}

TEST_CASE("a step that fails can be retried, on the same results") {
  Earlier earlier;
  const auto otherwise = earlier.world.behaviour;
  auto fails = std::make_shared<bool>(true);
  earlier.world.behaviour = [=](const Launch& launch) {
    SimulatedCourse course = otherwise(launch);
    if (*fails) course.outcome = AttemptFailed{Cause::exit, "exit code 1", 1, {}};
    return course;
  };
  const RunId run = earlier.start(earlier.plan, "train");
  REQUIRE(earlier.world.drive().ok());
  CHECK(earlier.world.state(run) == RunState::failed);
  *fails = false;
  const auto started = record_starts(earlier.world);
  earlier.world.reopen(run);
  REQUIRE(earlier.world.drive().ok());
  CHECK(is_success(earlier.world.state_of(run, "train[2]")));
  CHECK(earlier.world.state_of(run, "load") == TaskState::cached);
  CHECK(std::ranges::count(*started, "load") == 0);
}

TEST_CASE("outputs are found by their names, wherever they stand now") {
  Earlier earlier;
  const auto now = plan_of(replaced(pipeline, "outputs: {rows: {type: integer}}",
                                    "outputs: {more: {type: any}, rows: {type: integer}}"));
  const RunId run = earlier.start(now, "train");
  REQUIRE(earlier.world.drive().ok());
  CHECK(earlier.world.states(run) == all_of_train);
}

TEST_CASE("what is not needed may be missing") {
  Earlier earlier;
  std::string text = replaced(pipeline, "  load: {run", "  fetch: {run");
  text = replaced(text, "steps.load.outputs.raw", "steps.fetch.outputs.raw");
  text = replaced(text, "needs: [load]", "needs: [fetch]");
  const RunId run = earlier.start(plan_of(text), "train");
  REQUIRE(earlier.world.drive().ok());
  CHECK(earlier.world.state_of(run, "fetch") == TaskState::skipped);
  CHECK(earlier.world.state_of(run, "train[2]") == TaskState::succeeded);
}

TEST_CASE("setups that the step lies behind begin anew, and are ended; others are left alone") {
  constexpr const char* between = R"(
steps:
  load: {run: [load], code: [a.py], outputs: {raw: {path: raw}}}
  cluster:
    run: [create, "${{ inputs.raw }}"]
    inputs: {raw: "${{ steps.load.outputs.raw }}"}
    outputs: {id: {type: string}}
  train:
    run: [train, "${{ inputs.id }}"]
    inputs: {id: "${{ steps.cluster.outputs.id }}"}
    outputs: {auc: {type: number}}
  judge: {run: [judge], needs: train}
  stop: {teardown: cluster, run: [stop, "${{ inputs.id }}"], inputs: {id: "${{ steps.cluster.outputs.id }}"}}
  tell: {run: [tell], needs: stop}
)";
  Earlier earlier(between);
  const auto started = record_starts(earlier.world);
  const auto states_of = [&](const char* step) {
    const RunId run = earlier.start(earlier.plan, step);
    REQUIRE(earlier.world.drive().ok());
    CHECK(earlier.world.state(run) == RunState::succeeded);
    return earlier.world.states(run);
  };
  CHECK(states_of("train") ==
        "load:cached cluster:succeeded train:succeeded judge:skipped stop:succeeded tell:skipped");
  CHECK(*started == Paths{"cluster", "train", "stop"});
  CHECK(states_of("load") ==
        "load:succeeded cluster:skipped train:skipped judge:skipped stop:skipped tell:skipped");
  CHECK(states_of("tell") ==
        "load:cached cluster:cached train:cached judge:cached stop:cached tell:succeeded");
  CHECK(states_of("stop") ==
        "load:cached cluster:succeeded train:cached judge:cached stop:succeeded tell:skipped");
}

TEST_CASE("a result that is needed and not there is refused before anything starts") {
  Earlier earlier;
  std::string renamed = replaced(pipeline, "  split:", "  splits:");
  renamed = replaced(renamed, "steps.split.outputs", "steps.splits.outputs");
  CHECK(earlier.refusal(renamed, "train").ends_with("it had no step of that name; is it split?"));

  std::string other_output = replaced(pipeline, "{rows: {type: integer}}", "{lines: {type: any}}");
  other_output = replaced(other_output, "split.outputs.rows", "split.outputs.lines");
  CHECK(earlier.refusal(other_output, "train").ends_with("it gave no lines"));

  const std::string other_kind =
      replaced(pipeline, "outputs: {rows: {type: integer}}", "outputs: {rows: {path: rows}}");
  CHECK(earlier.refusal(other_kind, "train").ends_with("its output rows is of another kind now"));

  const std::string other_axis = replaced(pipeline, "{part: [1, 2]}", "{piece: [1, 2]}");
  CHECK(earlier.refusal(replaced(other_axis, "matrix.part", "matrix.piece"), "train")
            .contains("other axes"));

  std::unordered_set<Digest> missing;
  for (const TaskResult& result : earlier.world.load(earlier.run).results)
    for (const OutputValue& value : result.outputs)
      for_each_artifact(value, [&](const Artifact& one) { missing.insert(one.digest); });
  const auto collected = earlier.begin(*earlier.plan, "split", missing);
  REQUIRE_FALSE(collected.ok());
  CHECK(collected.error().code == Errc::not_found);
  CHECK(collected.error().message.ends_with("its artifact raw is not there any more"));
}

TEST_CASE("a step that cannot be executed alone says why") {
  const auto plan = plan_of(pipeline);
  CHECK(choose_step(*plan, "trian").error().hint == "did you mean train?");
  CHECK(choose_step(*plan, "tidy.inner").error().hint == "name the group: tidy");
  CHECK(choose_step(*plan, "last").error().code == Errc::invalid);
  CHECK(choose_step(*plan, "load[0]").error().code == Errc::not_found);
  CHECK(choose_step(*plan, "train[2]")->item == 2);
  Earlier earlier;
  CHECK(earlier.begin(*earlier.plan, "train[9]").error().code == Errc::not_found);
}
