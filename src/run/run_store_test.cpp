#include "run/run_store.h"

#include <doctest/doctest.h>
#include <map>
#include <rapidcheck.h>

#include "db/memory_database.h"

namespace gt {

namespace {

struct Fixture {
  FakeClock clock;
  SeededEntropy entropy{11};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  RunStore runs;

  RunRecord create(const std::string& pipeline) {
    clock.advance(std::chrono::seconds(1));
    Transaction transaction = *database->begin_write();
    NewRun wanted;
    wanted.pipeline = pipeline;
    wanted.owner_engine = "e1";
    const auto run = runs.create(transaction, wanted, clock.now(), entropy);
    REQUIRE_MESSAGE(run.ok(), run.error().message);
    REQUIRE(transaction.commit().ok());
    return *run;
  }
  Result<void> commit(const RunRecord& run, const RunChanges& changes) {
    Transaction transaction = TRY(database->begin_write());
    TRY(runs.commit(transaction, run.id, run.fence, changes));
    return transaction.commit();
  }
  LoadedRun load(RunId run) {
    Transaction reader = *database->begin_read();
    auto loaded = runs.load(reader, run);
    REQUIRE_MESSAGE(loaded.ok(), loaded.error().message);
    return *std::move(loaded);
  }
  Result<RunRecord> find(const std::string& name) {
    Transaction reader = *database->begin_read();
    return runs.find(reader, name);
  }
};

RunChanges with_tasks(std::uint32_t count) {
  RunChanges changes;
  for (std::uint32_t i = 0; i < count; ++i) changes.created.emplace_back().index = i;
  return changes;
}

AttemptFailed failure(const std::string& message) {
  return {Cause::exit, message, 3, std::nullopt};
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "runs are counted by pipeline and found by all of their names") {
  const RunRecord first = create("flights"), second = create("flights"), other = create("rides");
  CHECK(first.name() == "flights/1");
  CHECK(second.name() == "flights/2");
  CHECK(other.name() == "rides/1");
  CHECK(find("flights/2")->id == second.id);
  CHECK(find(second.uuid)->id == second.id);
  CHECK(find("latest")->id == other.id);
  CHECK(find("2")->id == second.id);
  CHECK(find("1").error().code == Errc::invalid);
  // Uuids begin with the time: the whole but for its last digit means one run only.
  CHECK(find(first.uuid.substr(0, 31))->id == first.id);
  CHECK(find(first.uuid.substr(0, 4)).error().code == Errc::invalid);
  for (const char* name : {"flights/3", "flights/", "/1", "nobody", "", "flights/1x", "'--", "99"})
    CHECK(find(name).error().code == Errc::not_found);
}

TEST_CASE_FIXTURE(Fixture, "a run that is the same as an earlier one shows its tasks as cached") {
  RunRecord first = create("flights");
  RunChanges changes = with_tasks(3);
  changes.created[0].state = TaskState::succeeded;
  changes.created[0].attempts = 2;
  changes.created[0].started_at = changes.created[0].ended_at = clock.now();
  changes.created[1].state = TaskState::cached;
  changes.created[2].state = TaskState::succeeded;
  changes.created[2].kind = TaskKind::group;
  const AttemptId earlier{77, 4, 1};
  changes.results = {{0, {OutputValue(std::int64_t{1})}, {}}, {1, {}, earlier}, {2, {}, {}}};
  changes.manifests = {{0, sha256("k0"), "no earlier run"}, {1, sha256("k1"), "as before"}};
  changes.opened = {{{first.id, 0, 2}, "gt-1", clock.now()}};
  changes.closed = {{{first.id, 0, 2}, {clock.now(), AttemptSucceeded{}, {}, 0}}};
  changes.run = RunStateChange{RunState::succeeded, clock.now(), clock.now(), {}, false, {}};
  REQUIRE(commit(first, changes).ok());

  clock.advance(std::chrono::seconds(9));
  Transaction writer = *database->begin_write();
  first = *runs.get(writer, first.id);
  NewRun wanted;
  wanted.pipeline = "flights";
  const auto second = runs.create_same(writer, first, wanted, clock.now(), entropy);
  REQUIRE_MESSAGE(second.ok(), second.error().message);
  REQUIRE(writer.commit().ok());
  CHECK(second->name() == "flights/2");
  CHECK(second->state == RunState::succeeded);

  const LoadedRun loaded = load(second->id);
  CHECK(loaded.run.id == second->id);
  CHECK(loaded.run.same_as == first.id);
  CHECK(loaded.run.ended_at == clock.now());
  REQUIRE(loaded.tasks.size() == 3);
  CHECK(loaded.tasks[0].state == TaskState::cached);
  CHECK(loaded.tasks[0].attempts == 0);
  CHECK(loaded.tasks[0].ended_at == clock.now());
  CHECK(loaded.tasks[1].state == TaskState::cached);
  CHECK(loaded.tasks[2].state == TaskState::succeeded);
  REQUIRE(loaded.results.size() == 3);
  CHECK(loaded.results[0].cached_from == AttemptId{first.id, 0, 2});
  CHECK(loaded.results[1].cached_from == earlier);
  CHECK_FALSE(loaded.results[2].cached_from);
  CHECK(loaded.open_attempts.empty());
  CHECK(load(first.id).tasks[0].state == TaskState::succeeded);

  Transaction reader = *database->begin_read();
  CHECK(runs.attempts(reader, second->id)->empty());
  CHECK((*runs.manifest(reader, second->id, 0))->reason == "nothing changed since flights/1");
  CHECK((*runs.manifest(reader, second->id, 0))->key == sha256("k0"));
  CHECK((*runs.manifest(reader, second->id, 1))->reason == "as before");
  CHECK_FALSE(*runs.manifest(reader, second->id, 2));
  CHECK(runs.events(reader, second->id)->size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a run comes back as it was recorded") {
  NewRun wanted;
  wanted.pipeline = "flights";
  wanted.plan_version = "abc";
  wanted.params = {{"month", Json(1)}, {"name", Json("a \"b\"\n")}};
  wanted.options = {.only = {"a"}, .from = {"b"}, .refresh = {"c"}, .no_cache = true};
  wanted.logical_date = from_microseconds(123);
  wanted.source_digest = "digest";
  wanted.git = {{"commit", Json("cafe")}};
  wanted.owner_engine = "e1";
  Transaction transaction = *database->begin_write();
  const RunId id = runs.create(transaction, wanted, clock.now(), entropy)->id;
  const RunRecord run = *runs.get(transaction, id);
  CHECK(run.state == RunState::queued);
  CHECK(run.plan_version == "abc");
  CHECK(run.params == wanted.params);
  CHECK(run.options.only == wanted.options.only);
  CHECK(run.options.from == wanted.options.from);
  CHECK(run.options.refresh == wanted.options.refresh);
  CHECK(run.options.no_cache);
  CHECK(run.logical_date == wanted.logical_date);
  CHECK(run.created_at == clock.now());
  CHECK(run.source_digest == "digest");
  CHECK(run.git == wanted.git);
  CHECK(run.owner_engine == "e1");
  CHECK(run.uuid.size() == 32);
  CHECK(!run.started_at);
}

TEST_CASE_FIXTURE(Fixture, "who lost a run commits nothing more") {
  const RunRecord run = create("flights");
  {
    Transaction transaction = *database->begin_write();
    CHECK(*runs.claim(transaction, run.id, run.fence, "e2") == run.fence + 1);
    CHECK(runs.claim(transaction, run.id, run.fence, "e3").error().code == Errc::conflict);
    REQUIRE(transaction.commit().ok());
  }
  CHECK(commit(run, with_tasks(3)).error().code == Errc::conflict);
  CHECK(load(run.id).tasks.empty());
  RunRecord taken = run;
  taken.fence = run.fence + 1;
  CHECK(commit(taken, with_tasks(3)).ok());
  CHECK(load(run.id).tasks.size() == 3);
  CHECK(load(run.id).run.owner_engine == "e2");
}

TEST_CASE_FIXTURE(Fixture, "a pipeline's text is kept once, and its path belongs to it") {
  Transaction transaction = *database->begin_write();
  const PipelineVersion version{"", "flights", "pipeline.yaml", "steps: {}\n"};
  const std::string digest = *runs.keep_pipeline(transaction, version, clock.now());
  CHECK(*runs.keep_pipeline(transaction, version, clock.now()) == digest);
  PipelineVersion moved = version;
  moved.path = "other.yaml";
  CHECK(*runs.keep_pipeline(transaction, moved, clock.now()) != digest);
  const PipelineVersion kept = *runs.pipeline_version(transaction, digest);
  CHECK(kept.text == version.text);
  CHECK(kept.path == version.path);
  CHECK(runs.pipeline_version(transaction, "nothing").error().code == Errc::not_found);
}

TEST_CASE_FIXTURE(Fixture, "all files that a pipeline is made of belong to its version") {
  Transaction transaction = *database->begin_write();
  PipelineVersion version{"", "flights", "pipeline.yaml", "include: [b.yaml, a.yaml]\n"};
  version.named = {{"b.yaml", "steps: {}\n"}, {"a.yaml", "env: {}\n"}};
  const std::string digest = *runs.keep_pipeline(transaction, version, clock.now());
  CHECK(*runs.keep_pipeline(transaction, version, clock.now()) == digest);
  const PipelineVersion kept = *runs.pipeline_version(transaction, digest);
  REQUIRE(kept.named.size() == 2);
  CHECK(kept.named[0].path == "b.yaml");
  CHECK(kept.named[1].text == "env: {}\n");
  version.named[1].text = "env: {A: x}\n";
  CHECK(*runs.keep_pipeline(transaction, version, clock.now()) != digest);
}

TEST_CASE_FIXTURE(Fixture, "events are numbered on from turn to turn") {
  const RunRecord run = create("flights");
  RunChanges changes;
  changes.events = {{clock.now(), "run_started", no_task, {}},
                    {clock.now(), "task_state", 2, {{"state", Json("ready")}}}};
  REQUIRE(commit(run, changes).ok());
  REQUIRE(commit(run, changes).ok());
  Transaction reader = *database->begin_read();
  const auto events = *runs.events(reader, run.id);
  REQUIRE(events.size() == 4);
  for (std::size_t i = 0; i < events.size(); ++i)
    CHECK(events[i].sequence == static_cast<std::int64_t>(i) + 1);
  CHECK(events[3].event.task == 2);
  CHECK(events[3].event.details == changes.events[1].details);
  CHECK(runs.load(reader, run.id)->last_event == 4);
}

TEST_CASE_FIXTURE(Fixture, "a request to cancel can be sharpened, not softened") {
  const RunRecord run = create("flights");
  const auto request = [&](CancelMode mode) {
    Transaction transaction = *database->begin_write();
    REQUIRE(runs.request_cancel(transaction, run.id, mode).ok());
    REQUIRE(transaction.commit().ok());
    return load(run.id).run.cancel;
  };
  CHECK(request(CancelMode::terminate) == CancelMode::terminate);
  CHECK(request(CancelMode::kill) == CancelMode::kill);
  CHECK(request(CancelMode::terminate) == CancelMode::kill);
}

TEST_CASE_FIXTURE(Fixture, "an attempt is recorded from its opening to its end") {
  const RunRecord run = create("flights");
  const AttemptId id{run.id, 1, 2};
  RunChanges changes = with_tasks(2);
  changes.opened = {{id, "gt-abc-1-2", clock.now()}};
  REQUIRE(commit(run, changes).ok());
  REQUIRE(load(run.id).open_attempts.size() == 1);
  CHECK(load(run.id).open_attempts[0].id == id);
  CHECK(!load(run.id).open_attempts[0].started);

  changes = {};
  changes.started = {{id, clock.now()}};
  REQUIRE(commit(run, changes).ok());
  CHECK(load(run.id).open_attempts[0].started);

  changes = {};
  changes.closed = {{id,
                     {clock.now(), failure("it failed"),
                      Usage{1 << 20, std::chrono::seconds(2), std::chrono::seconds(1)}, 77}}};
  REQUIRE(commit(run, changes).ok());
  CHECK(load(run.id).open_attempts.empty());
  Transaction reader = *database->begin_read();
  CHECK(runs.attempts(reader, run.id, 0)->empty());
  const auto attempts = *runs.attempts(reader, run.id, 1);
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].id == id);
  CHECK(attempts[0].outside_name == "gt-abc-1-2");
  REQUIRE(attempts[0].failure);
  CHECK(attempts[0].failure->cause == Cause::exit);
  CHECK(attempts[0].failure->message == "it failed");
  CHECK(attempts[0].failure->exit_code == 3);
  CHECK(!attempts[0].failure->signal);
  CHECK(attempts[0].usage.peak_memory_bytes == 1 << 20);
  CHECK(attempts[0].usage.cpu_user == std::chrono::seconds(2));
  CHECK(attempts[0].log_bytes == 77);
}

TEST_CASE_FIXTURE(Fixture, "lists are newest first, by pipeline, state and number") {
  const RunRecord first = create("flights"), second = create("flights"), other = create("rides");
  RunChanges changes;
  changes.run.emplace().state = RunState::failed;
  changes.run->ended_at = clock.now();
  changes.run->error = failure("too late");
  REQUIRE(commit(second, changes).ok());
  const auto names = [&](const RunFilter& filter) {
    Transaction reader = *database->begin_read();
    std::vector<std::string> found;
    const std::vector<RunRecord> listed = *runs.list(reader, filter);
    for (const RunRecord& run : listed) found.push_back(run.name());
    return found;
  };
  using Names = std::vector<std::string>;
  CHECK(names({}) == Names{"rides/1", "flights/2", "flights/1"});
  CHECK(names({.pipeline = "flights", .state = {}}) == Names{"flights/2", "flights/1"});
  CHECK(names({.pipeline = {}, .state = RunState::queued}) == Names{"rides/1", "flights/1"});
  CHECK(names({.pipeline = {}, .state = {}, .limit = 1}) == Names{"rides/1"});
  Transaction reader = *database->begin_read();
  CHECK(runs.open_runs(reader)->size() == 2);
  CHECK(runs.get(reader, second.id)->error->message == "too late");
}

TEST_CASE_FIXTURE(Fixture, "results with artifacts, expansions and manifests come back") {
  const RunRecord run = create("flights");
  const Artifact artifact{sha256("bytes"), true, 5, "model", ""};
  RunChanges changes = with_tasks(3);
  for (TaskRecord& task : changes.created) task.state = TaskState::succeeded;
  changes.results = {{0, {artifact, 0.5, Value(nullptr)}, AttemptId{7, 8, 9}},
                     {1, {ValueList{"a", 1, true}}, {}}};
  changes.expansions = {{2, {{1, "x"}, {2, artifact}}, {}}};
  changes.manifests = {{0, sha256("key"), "parameter month: 1 → 2"}, {1, {}, "cache: false"}};
  REQUIRE(commit(run, changes).ok());
  // Both may be replaced: a task was done again.
  changes = {};
  changes.expansions = {{2, {{1, "x"}, {2, artifact}, {3, "y"}}, {2, 0}}};
  changes.results = {{1, {2}, {}}};
  REQUIRE(commit(run, changes).ok());

  const LoadedRun loaded = load(run.id);
  REQUIRE(loaded.results.size() == 2);
  CHECK(loaded.results[0].outputs == std::vector<Value>{artifact, 0.5, Value(nullptr)});
  CHECK(loaded.results[0].cached_from == AttemptId{7, 8, 9});
  CHECK(loaded.results[1].outputs == std::vector<Value>{2});
  CHECK(!loaded.results[1].cached_from);
  REQUIRE(loaded.expansions.size() == 1);
  CHECK(loaded.expansions[0].items ==
        std::vector<std::vector<Value>>{{1, "x"}, {2, artifact}, {3, "y"}});
  CHECK(loaded.expansions[0].order == std::vector<std::int32_t>{2, 0});
  Transaction reader = *database->begin_read();
  CHECK((*runs.manifest(reader, run.id, 0))->key == sha256("key"));
  CHECK((*runs.manifest(reader, run.id, 0))->reason == "parameter month: 1 → 2");
  CHECK(!(*runs.manifest(reader, run.id, 1))->key);
  CHECK(!*runs.manifest(reader, run.id, 2));
}

TEST_CASE("whatever turns are committed, the run is loaded as a map would have it") {
  CHECK(rc::check([](std::uint64_t seed) {
    Fixture fixture;
    SeededEntropy chance(seed);
    const RunRecord run = fixture.create("p");
    const RunRecord neighbour = fixture.create("p");
    std::map<TaskIndex, TaskRecord> model;
    for (int turn = 0; turn < 12; ++turn) {
      RunChanges changes;
      for (std::uint64_t n = chance.below(4); n > 0; --n) {
        TaskRecord task;
        task.index = static_cast<TaskIndex>(model.size());
        if (chance.below(2) == 0 && task.index > 0)
          task.parent = static_cast<TaskIndex>(chance.below(task.index));
        task.step = static_cast<std::uint32_t>(chance.below(UINT32_MAX));
        task.item = static_cast<std::int32_t>(chance.below(100)) - 1;
        task.kind = static_cast<TaskKind>(chance.below(3));
        model[task.index] = task;
        changes.created.push_back(task);
      }
      for (std::uint64_t n = chance.below(4); n > 0 && !model.empty(); --n) {
        TaskRecord& task = model[static_cast<TaskIndex>(chance.below(model.size()))];
        TaskChange change;
        change.index = task.index;
        change.state = task.state = static_cast<TaskState>(chance.below(12));
        change.attempts = task.attempts = task.attempts + 1;
        change.attempts_before_reopening = task.attempts_before_reopening =
            static_cast<std::uint32_t>(chance.below(3));
        if (chance.below(2) == 0) change.next_at = task.next_at = fixture.clock.now();
        if (chance.below(2) == 0) change.started_at = task.started_at = fixture.clock.now();
        if (chance.below(2) == 0) change.ended_at = task.ended_at = fixture.clock.now();
        fixture.clock.advance(Duration(1));
        changes.changed.push_back(change);
      }
      RC_ASSERT(fixture.commit(run, changes).ok());
      RC_ASSERT(fixture.commit(neighbour, RunChanges()).ok());
    }
    const LoadedRun loaded = fixture.load(run.id);
    RC_ASSERT(loaded.tasks.size() == model.size());
    RC_ASSERT(fixture.load(neighbour.id).tasks.empty());
    for (const TaskRecord& task : loaded.tasks) {
      const TaskRecord& expected = model.at(task.index);
      RC_ASSERT(task.parent == expected.parent);
      RC_ASSERT(task.step == expected.step);
      RC_ASSERT(task.item == expected.item);
      RC_ASSERT(task.kind == expected.kind);
      RC_ASSERT(task.state == expected.state);
      RC_ASSERT(task.attempts == expected.attempts);
      RC_ASSERT(task.attempts_before_reopening == expected.attempts_before_reopening);
      RC_ASSERT(task.next_at == expected.next_at);
      RC_ASSERT(task.started_at == expected.started_at);
      // An end counts only as long as the task has ended.
      RC_ASSERT(task.ended_at ==
                (is_ended(expected.state) ? expected.ended_at : std::optional<Time>()));
    }
  }));
}

TEST_CASE_FIXTURE(Fixture,
                  "the runs of a batch are found together, and may end before they begin") {
  create("flights");
  std::vector<RunRecord> made;
  {
    Transaction writer = *database->begin_write();
    for (int i = 0; i < 3; ++i) {
      NewRun wanted;
      wanted.pipeline = "flights";
      wanted.batch = "b1";
      made.push_back(*runs.create(writer, wanted, clock.now(), entropy));
    }
    REQUIRE(writer.commit().ok());
  }
  clock.advance(std::chrono::seconds(1));
  {
    Transaction writer = *database->begin_write();
    REQUIRE(runs.cancel_unbegun(writer, made[1], clock.now()).ok());
    REQUIRE(writer.commit().ok());
  }
  Transaction reader = *database->begin_read();
  const auto all = *runs.runs_of_batch(reader, "b1");
  REQUIRE(all.size() == 3);
  CHECK(all[0].name() == "flights/2");
  CHECK(all[0].batch == "b1");
  CHECK(all[1].state == RunState::cancelled);
  CHECK(all[1].ended_at == clock.now());
  RunFilter newest;
  newest.batch = "b1";
  newest.limit = 1;
  REQUIRE(runs.list(reader, newest)->size() == 1);
  CHECK(runs.list(reader, newest)->front().name() == "flights/4");
  CHECK(runs.open_runs(reader)->size() == 3);
}

}  // namespace gt
