#include "cache/collect.h"

#include <doctest/doctest.h>

#include "blob/memory_blobs.h"
#include "cache/cache.h"
#include "db/memory_database.h"
#include "run/run_store.h"

namespace gt {

namespace {

struct Fixture {
  FakeClock clock;
  SeededEntropy entropy{7};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  MemoryBlobs blobs;
  RunStore runs;
  Cache cache{blobs};

  Artifact artifact(const std::string& bytes) {
    return {blobs.put_bytes(bytes)->name.digest, false, static_cast<std::int64_t>(bytes.size()),
            "model.bin", ""};
  }
  static StepManifest manifest_of(const std::string& month) {
    StepManifest manifest;
    manifest.params = {{"month", month}};
    manifest.source = std::make_shared<SourceSet>();
    return manifest;
  }

  /// One run of one task with the given result; executed, unless it took the result from the cache.
  AttemptId run(const std::string& pipeline, const std::string& month, const std::string& bytes,
                std::optional<AttemptId> cached_from = {}, bool ends = true) {
    clock.advance(std::chrono::seconds(1));
    Transaction transaction = *database->begin_write();
    NewRun wanted;
    wanted.pipeline = pipeline;
    wanted.plan_version = *runs.keep_pipeline(transaction, {"", pipeline, "p.yaml", month}, {});
    const RunRecord record = *runs.create(transaction, wanted, clock.now(), entropy);
    const AttemptId attempt{record.id, 0, 1};
    const StepManifest manifest = manifest_of(month);
    const std::vector<OutputValue> outputs = {artifact(bytes)};
    RunChanges changes;
    TaskRecord& task = changes.created.emplace_back();
    task.index = 0;
    changes.manifests.push_back({0, step_key(manifest).key, "reason"});
    changes.results.push_back({0, outputs, cached_from});
    if (!cached_from) changes.opened.push_back({attempt, "gt-" + record.uuid, clock.now()});
    RunStateChange& state = changes.run.emplace();
    state.state = ends ? RunState::succeeded : RunState::running;
    if (ends) state.ended_at = clock.now();
    REQUIRE(runs.commit(transaction, record.id, record.fence, changes).ok());
    if (!cached_from) {
      REQUIRE(cache.keep_manifest(transaction, manifest, pipeline, "train", task_key(record.id, 0))
                  .ok());
      REQUIRE(cache.keep_result(transaction, step_key(manifest), attempt, outputs, {}, clock.now())
                  .ok());
    }
    REQUIRE(transaction.commit().ok());
    return attempt;
  }
  CollectReport collect(std::int64_t runs_kept, SweepMode mode = SweepMode::remove) {
    REQUIRE(blobs.release().ok());
    const auto report = collect_garbage(*database, blobs, {.runs_kept = runs_kept, .mode = mode});
    REQUIRE_MESSAGE(report.ok(), report.error().message);
    return *report;
  }
  bool is_there(const std::string& bytes) {
    return *blobs.check({sha256(bytes), false}, CheckDepth::quick) == Health::intact;
  }
  bool is_hit(const std::string& month) {
    const StepManifest manifest = manifest_of(month);
    Transaction reader = *database->begin_read();
    return cache.find(reader, {step_key(manifest), manifest, "p", "train", clock.now()})
        ->hit.has_value();
  }
  std::int64_t count(const std::string& table) {
    Transaction reader = *database->begin_read();
    return std::get<0>(**reader.query_row<std::int64_t>("SELECT count(*) FROM " + table));
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "the newest runs of each pipeline stay, older ones go with all they had") {
  for (int i = 1; i <= 4; ++i) run("p", std::to_string(i), "p" + std::to_string(i));
  run("q", "9", "q1");
  const CollectReport announced = collect(2, SweepMode::rehearse);
  CHECK(announced.runs == Names{"p/2", "p/1"});
  CHECK(announced.attempts.size() == 2);
  CHECK(announced.cache_entries == 2);
  CHECK(announced.artifacts.blobs == 2);
  CHECK(announced.artifacts.bytes == 4);
  CHECK(count("run") == 5);
  CHECK(is_hit("1"));

  const CollectReport report = collect(2);
  CHECK(report.runs == announced.runs);
  CHECK(report.attempts == announced.attempts);
  CHECK(report.artifacts.blobs == announced.artifacts.blobs);
  CHECK(!is_there("p1"));
  CHECK(!is_hit("2"));
  for (const char* bytes : {"p3", "p4", "q1"}) CHECK(is_there(bytes));
  CHECK(is_hit("3"));
  for (const char* table : {"run", "task", "task_result", "task_manifest", "attempt", "cache_entry",
                            "manifest", "base_manifest", "pipeline_version"})
    CHECK_MESSAGE(count(table) == 3, table);
  CHECK(collect(2).artifacts.blobs == 0);
}

TEST_CASE_FIXTURE(Fixture, "what a kept run took from the cache stays, and who made it") {
  const AttemptId first = run("p", "1", "taken");
  run("p", "2", "other");
  run("p", "1", "taken", first);
  const CollectReport report = collect(1);
  CHECK(report.runs == Names{"p/2"});
  CHECK(is_there("taken"));
  CHECK(!is_there("other"));
  CHECK(is_hit("1"));
  Transaction reader = *database->begin_read();
  CHECK(runs.find(reader, "p/1").ok());
}

TEST_CASE_FIXTURE(Fixture, "runs that have not ended stay, however old they are") {
  run("p", "1", "open", {}, false);
  for (int i = 2; i <= 4; ++i) run("p", std::to_string(i), "p" + std::to_string(i));
  CHECK(collect(1).runs == Names{"p/3", "p/2"});
  CHECK(is_there("open"));
  CHECK(is_hit("1"));
}

TEST_CASE_FIXTURE(Fixture, "pinned artifacts stay") {
  run("p", "1", "pinned");
  run("p", "2", "newer");
  const std::string digest = sha256("pinned").hex();
  {
    Transaction transaction = *database->begin_write();
    REQUIRE(transaction.execute("INSERT INTO pin VALUES (:digest, 'mine', 0)", {digest}).ok());
    REQUIRE(transaction.commit().ok());
  }
  collect(1);
  CHECK(is_there("pinned"));
}

TEST_CASE_FIXTURE(Fixture, "runs that ended since a time stay, and the newest in any case") {
  for (int i = 1; i <= 4; ++i) run("p", std::to_string(i), "p" + std::to_string(i));
  run("q", "9", "q1");
  REQUIRE(blobs.release().ok());
  CollectOptions options{.runs_kept = 1, .kept_since = clock.now() - std::chrono::seconds(3)};
  CHECK(collect_garbage(*database, blobs, options)->runs == Names{"p/1"});
  CHECK(is_there("p2"));
  options.kept_since = clock.now() + std::chrono::seconds(1);
  CHECK(collect_garbage(*database, blobs, options)->runs == Names{"p/3", "p/2"});
  for (const char* bytes : {"p4", "q1"}) CHECK(is_there(bytes));
}

TEST_CASE_FIXTURE(Fixture, "what nobody recorded goes, what a living process works with stays") {
  run("p", "1", "kept");
  artifact("left behind");
  REQUIRE(blobs.release().ok());
  artifact("being worked with");
  const auto report = collect_garbage(*database, blobs, {});
  CHECK(report->artifacts.blobs == 1);
  CHECK(!is_there("left behind"));
  CHECK(is_there("being worked with"));
}

TEST_CASE_FIXTURE(Fixture, "names are not given twice after a collection") {
  run("p", "1", "a");
  run("p", "2", "b");
  CHECK(collect_garbage(*database, blobs, {.runs_kept = 0}).error().code == Errc::invalid);
  collect(1);
  const AttemptId next = run("p", "3", "c");
  Transaction reader = *database->begin_read();
  CHECK(runs.get(reader, next.run)->name() == "p/3");
}

}  // namespace gt
