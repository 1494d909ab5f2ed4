#include "cache/cache.h"

#include <doctest/doctest.h>

#include "blob/memory_blobs.h"
#include "db/memory_database.h"
#include "run/run_store.h"

namespace gt {

namespace {

std::shared_ptr<const SourceSet> source_of(const std::string& content) {
  auto source = std::make_shared<SourceSet>();
  source->text = "file src/train.py " + sha256(content).hex() + "\n";
  source->digest = sha256(source->text);
  return source;
}

StepManifest manifest_of(const std::string& month, const std::string& code = "code") {
  StepManifest manifest;
  manifest.command = R"({"argv":["train"]})";
  manifest.working_directory = ".";
  manifest.params = {{"month", month}};
  manifest.source = source_of(code);
  return manifest;
}

/// A database with runs flights/1, flights/2, …, each with one task of one attempt.
struct Fixture {
  FakeClock clock;
  SeededEntropy entropy{7};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  MemoryBlobs blobs;
  RunStore runs;
  Cache cache{blobs};

  /// Opens the attempt; what happens before keep_result is up to the test.
  AttemptId begin_attempt(const StepManifest& manifest) {
    clock.advance(std::chrono::seconds(1));
    Transaction transaction = *database->begin_write();
    NewRun wanted;
    wanted.pipeline = "flights";
    const RunRecord run = *runs.create(transaction, wanted, clock.now(), entropy);
    RunChanges changes;
    TaskRecord& task = changes.created.emplace_back();
    task.index = 0;
    changes.opened.push_back({{run.id, 0, 1}, "gt-1", clock.now()});
    changes.manifests.push_back({0, step_key(manifest).key, "reason"});
    REQUIRE(runs.commit(transaction, run.id, run.fence, changes).ok());
    REQUIRE(
        cache.keep_manifest(transaction, manifest, "flights", "train", task_key(run.id, 0)).ok());
    REQUIRE(transaction.commit().ok());
    return {run.id, 0, 1};
  }
  void keep(const StepManifest& manifest, const AttemptId& from,
            const std::vector<OutputValue>& outputs, std::optional<Time> expires_at = {}) {
    clock.advance(std::chrono::seconds(1));
    Transaction transaction = *database->begin_write();
    const auto kept =
        cache.keep_result(transaction, step_key(manifest), from, outputs, expires_at, clock.now());
    REQUIRE_MESSAGE(kept.ok(), kept.error().message);
    REQUIRE(transaction.commit().ok());
  }
  AttemptId execute(const StepManifest& manifest, const std::vector<OutputValue>& outputs) {
    const AttemptId attempt = begin_attempt(manifest);
    keep(manifest, attempt, outputs);
    return attempt;
  }
  CacheAnswer find(const StepManifest& manifest, Purpose purpose = Purpose::use) {
    Transaction reader = *database->begin_read();
    const auto answer = cache.find(
        reader, {step_key(manifest), manifest, "flights", "train", clock.now(), purpose});
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
    return *answer;
  }
  Artifact artifact(const std::string& bytes) {
    return {blobs.put_bytes(bytes)->name.digest, false, static_cast<std::int64_t>(bytes.size()),
            "model.bin", ""};
  }
  std::size_t nondeterminism(RunId run) {
    Transaction reader = *database->begin_read();
    return cache.nondeterminism(reader, run)->size();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a result is found again by equal facts, and only by these") {
  const AttemptId attempt =
      execute(manifest_of("1"), {0.5, artifact("model"), ValueList{1, Value(nullptr)}});
  const CacheAnswer answer = find(manifest_of("1"));
  REQUIRE(answer.hit);
  CHECK(answer.hit->from == attempt);
  CHECK(answer.hit->outputs ==
        std::vector<OutputValue>{0.5, artifact("model"), ValueList{1, Value(nullptr)}});
  CHECK(answer.reason == "nothing changed since flights/1");
  CHECK(!find(manifest_of("2")).hit);
  CHECK(!find(manifest_of("1", "other code")).hit);
}

TEST_CASE_FIXTURE(Fixture, "a miss says what changed since the nearest earlier manifest") {
  CHECK(find(manifest_of("1")).reason == "no earlier run of this step");
  execute(manifest_of("1"), {1});
  execute(manifest_of("2"), {2});
  CHECK(find(manifest_of("3")).reason == "parameter month: 2 → 3");
  CHECK(find(manifest_of("1", "new code")).reason == "file src/train.py changed");
  CHECK(find(manifest_of("4", "new code")).reason ==
        "file src/train.py changed; parameter month: 2 → 4");
}

TEST_CASE_FIXTURE(Fixture, "facts whose execution left no result are said to be so") {
  begin_attempt(manifest_of("1"));
  CHECK(find(manifest_of("1")).reason == "nothing changed, but no result was kept the last time");
}

TEST_CASE_FIXTURE(Fixture, "an artifact that is gone turns the hit into a miss, and comes again") {
  const Artifact model = artifact("model");
  SUBCASE("at the top") { execute(manifest_of("1"), {1, model}); }
  SUBCASE("inside a list") { execute(manifest_of("1"), {ValueList{model}}); }
  REQUIRE(find(manifest_of("1")).hit);
  REQUIRE(blobs.quarantine({model.digest, false}).ok());
  const CacheAnswer answer = find(manifest_of("1"));
  CHECK(!answer.hit);
  CHECK(answer.reason == "the artifact model.bin of flights/1 is gone");
  const AttemptId second = execute(manifest_of("1"), {artifact("model")});
  REQUIRE(find(manifest_of("1")).hit);
  CHECK(find(manifest_of("1")).hit->from == second);
}

TEST_CASE_FIXTURE(Fixture, "an artifact of another size is not the one that was kept") {
  Artifact model = artifact("model");
  model.bytes = 3;
  execute(manifest_of("1"), {model});
  CHECK(!find(manifest_of("1")).hit);
}

TEST_CASE_FIXTURE(Fixture, "a result is used until it expires, then replaced") {
  const AttemptId first = begin_attempt(manifest_of("1"));
  keep(manifest_of("1"), first, {1}, clock.now() + std::chrono::hours(1));
  CHECK(find(manifest_of("1")).hit);
  clock.advance(std::chrono::hours(1));
  CHECK(!find(manifest_of("1")).hit);
  CHECK(find(manifest_of("1")).reason == "the result of flights/1 has expired");
  const AttemptId second = execute(manifest_of("1"), {2});
  CHECK(find(manifest_of("1")).hit->from == second);
  // The world may have changed in the meantime: that is what expiry is for.
  CHECK(nondeterminism(second.run) == 0);
}

TEST_CASE_FIXTURE(Fixture, "of two that run side by side the first committed wins") {
  const AttemptId first = begin_attempt(manifest_of("1"));
  const AttemptId second = begin_attempt(manifest_of("1"));
  keep(manifest_of("1"), second, {1, "same"});
  SUBCASE("with equal bytes") {
    keep(manifest_of("1"), first, {1, "same"});
    CHECK(nondeterminism(first.run) == 0);
  }
  SUBCASE("with different bytes") {
    keep(manifest_of("1"), first, {2, "same"});
    Transaction reader = *database->begin_read();
    const auto found = *cache.nondeterminism(reader, first.run);
    REQUIRE(found.size() == 1);
    CHECK(found[0].attempt == first);
    CHECK(found[0].first == second);
    CHECK(found[0].output == 0);
    CHECK(found[0].key == step_key(manifest_of("1")).key);
  }
  CHECK(find(manifest_of("1")).hit->from == second);
  CHECK(find(manifest_of("1")).hit->outputs.front() == OutputValue(1));
}

TEST_CASE_FIXTURE(Fixture, "a step that was asked to run anew replaces its result") {
  execute(manifest_of("1"), {1});
  const AttemptId again = execute(manifest_of("1"), {2});
  CHECK(find(manifest_of("1")).hit->from == again);
  CHECK(nondeterminism(again.run) == 1);
}

TEST_CASE_FIXTURE(Fixture, "where an artifact was seen is no difference") {
  execute(manifest_of("1"), {artifact("model")});
  Artifact elsewhere = artifact("model");
  elsewhere.path = "/attempts/2/model.bin";
  const AttemptId again = execute(manifest_of("1"), {elsewhere});
  CHECK(nondeterminism(again.run) == 0);
}

TEST_CASE_FIXTURE(Fixture, "a forecast keeps nothing from being swept, a use does") {
  execute(manifest_of("1"), {artifact("model")});
  REQUIRE(blobs.release().ok());
  const auto sweep = [&] {
    return blobs
        .sweep([] { return Result<std::unordered_set<Digest>>(std::unordered_set<Digest>()); },
               SweepMode::rehearse)
        ->blobs;
  };
  CHECK(find(manifest_of("1"), Purpose::forecast).hit);
  CHECK(sweep() == 1);
  CHECK(find(manifest_of("1"), Purpose::use).hit);
  CHECK(sweep() == 0);
}

TEST_CASE_FIXTURE(Fixture, "many are found at once as they are one by one") {
  std::vector<StepManifest> manifests;
  for (int i = 0; i < 700; ++i) {
    manifests.push_back(manifest_of(std::to_string(i), i % 3 == 0 ? "code" : "other"));
    if (i % 5 != 0) execute(manifests.back(), {i, artifact("model " + std::to_string(i % 50))});
  }
  manifests.push_back(manifests[1]);
  REQUIRE(blobs.quarantine({artifact("model 7").digest, false}).ok());
  std::vector<CacheQuery> queries;
  for (const StepManifest& manifest : manifests)
    queries.push_back({step_key(manifest), manifest, "flights", "train", clock.now()});
  std::vector<CacheAnswer> answers;
  {
    Transaction reader = *database->begin_read();
    answers = *cache.find_many(reader, queries);
  }
  std::size_t hits = 0;
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    const CacheAnswer alone = find(manifests[i]);
    REQUIRE(answers[i].hit.has_value() == alone.hit.has_value());
    CHECK(answers[i].reason == alone.reason);
    if (!alone.hit) continue;
    ++hits;
    CHECK(answers[i].hit->outputs == alone.hit->outputs);
    CHECK(answers[i].hit->outputs[0] == OutputValue(static_cast<int>(i == 700 ? 1 : i)));
  }
  CHECK(hits == 700 / 5 * 4 + 1 - 14);
}

TEST_CASE_FIXTURE(Fixture, "another engine learns under which facts an attempt was started") {
  const AttemptId attempt = begin_attempt(manifest_of("1"));
  Transaction reader = *database->begin_read();
  const auto wanted = *cache.wanted_key(reader, task_key(attempt.run, attempt.task));
  REQUIRE(wanted);
  const StepKey key = step_key(manifest_of("1"));
  CHECK(wanted->key.key == key.key);
  CHECK(wanted->key.base == key.base);
  CHECK(wanted->source->text == source_of("code")->text);
  CHECK(!*cache.wanted_key(reader, task_key(attempt.run, 1)));
  CHECK(*cache.manifest_text(reader, key.key) ==
        base_text(manifest_of("1")) + source_of("code")->text);
  CHECK(!*cache.manifest_text(reader, sha256("unknown")));
}

}  // namespace gt
