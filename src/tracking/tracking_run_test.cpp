#include "tracking/tracking_run.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "tracking/artifact_store.h"
#include "tracking/dataset_store.h"
#include "tracking/tracking_test_home.h"

namespace gt {
namespace {

Result<void> set(TrackingHome& home, const TrackingRun& run, const TrackingTag& tag) {
  return TrackingRunStore().set_tags(home.transaction, run, {&tag, 1});
}

Result<void> add(TrackingHome& home, const TrackingRun& run, const TrackingTag& param) {
  return TrackingRunStore().add_params(home.transaction, run, {&param, 1});
}

TEST_CASE("a run has a name, a place for artifacts and the experiment's id") {
  TrackingHome home;
  const TrackingRun run = home.run();
  CHECK(run.uuid.size() == 32);
  CHECK(run.artifact_uri == "mlflow-artifacts:/0/" + run.uuid + "/artifacts");
  CHECK(std::ranges::count(run.name, '-') == 2);
  const auto tags = TrackingRunStore().tags(home.transaction, run.id);
  CHECK(*tags == std::vector<TrackingTag>{{"mlflow.runName", run.name}});
}

TEST_CASE("the name of a run and its tag are one thing") {
  TrackingHome home;
  const auto refused =
      TrackingRunStore().create(home.transaction, {.name = "a", .tags = {{"mlflow.runName", "b"}}},
                                home.clock.now(), home.entropy);
  CHECK(refused.error().code == Errc::invalid);
  const TrackingRun run = home.run("a");
  REQUIRE(set(home, run, {"mlflow.runName", "b"}).ok());
  CHECK(TrackingRunStore().get(home.transaction, run.uuid)->name == "b");
  REQUIRE(TrackingRunStore().update(home.transaction, run, {.name = "c"}).ok());
  CHECK(TrackingRunStore().tags(home.transaction, run.id)->front().value == "c");
}

TEST_CASE("a param is written once, and the same again is no mistake") {
  TrackingHome home;
  const TrackingRun run = home.run();
  CHECK(add(home, run, {"depth", "3"}).ok());
  CHECK(add(home, run, {"depth", "3"}).ok());
  const auto changed = add(home, run, {"depth", "4"});
  CHECK(changed.error().code == Errc::invalid);
  CHECK(changed.error().message.find("already logged with value='3'") != std::string::npos);
  CHECK(TrackingRunStore().params(home.transaction, run.id)->front().value == "3");
}

TEST_CASE("long values are cut, by characters, and the same again is the same") {
  TrackingHome home;
  const TrackingRun run = home.run();
  std::string value;
  for (int i = 0; i < 6001; ++i) value += "ü";
  CHECK(add(home, run, {"a", value}).ok());
  CHECK(add(home, run, {"a", value}).ok());
  CHECK(TrackingRunStore().params(home.transaction, run.id)->front().value.size() == 12'000);
  CHECK(set(home, run, {"t", std::string(9000, 'x')}).ok());
  CHECK(TrackingRunStore().tags(home.transaction, run.id)->back().value.size() == 8000);
}

TEST_CASE("a tag that is not there cannot be removed") {
  TrackingHome home;
  const TrackingRun run = home.run();
  REQUIRE(set(home, run, {"a", "1"}).ok());
  CHECK(TrackingRunStore().remove_tag(home.transaction, run, "a").ok());
  CHECK(TrackingRunStore().remove_tag(home.transaction, run, "a").error().code == Errc::not_found);
}

TEST_CASE("an experiment is deleted with its runs, and comes back with them") {
  TrackingHome home;
  ExperimentStore experiments;
  const std::int64_t id = *experiments.create(home.transaction, {.name = "e"}, home.clock.now());
  CHECK(id == 1);
  const TrackingRun run = home.run("", id);
  for (int i = 0; i < 2; ++i)
    CHECK(experiments.set_deleted(home.transaction, id, true, home.clock.now()).ok());
  CHECK(TrackingRunStore().get_active(home.transaction, run.uuid).error().code == Errc::invalid);
  const auto taken = experiments.create(home.transaction, {.name = "e"}, home.clock.now());
  CHECK(taken.error().code == Errc::conflict);
  CHECK(taken.error().message.find("deleted") != std::string::npos);
  CHECK(experiments.get_active(home.transaction, id).error().code == Errc::invalid);
  CHECK(experiments.set_deleted(home.transaction, id, false, home.clock.now()).ok());
  CHECK(TrackingRunStore().get_active(home.transaction, run.uuid).ok());
  CHECK(experiments.rename(home.transaction, id, "Default", home.clock.now()).error().code ==
        Errc::conflict);
}

TEST_CASE("experiments are searched by name, tag and time, page by page") {
  TrackingHome home;
  ExperimentStore experiments;
  for (const char* name : {"Alpha", "alpine", "beta"}) {
    home.clock.advance(std::chrono::milliseconds(1));
    REQUIRE(
        experiments
            .create(home.transaction, {.name = name, .tags = {{"team", name}}}, home.clock.now())
            .ok());
  }
  const auto names = [&](ExperimentSearch wanted) {
    std::string found;
    do {
      const auto page = experiments.search(home.transaction, wanted);
      REQUIRE(page.ok());
      for (const Experiment& one : page->rows) found += one.name + " ";
      wanted.page.token = page->next_token;
    } while (!wanted.page.token.empty());
    return found;
  };
  CHECK(names({}) == "beta alpine Alpha Default ");
  CHECK(names({.page = {.size = 1}}) == "beta alpine Alpha Default ");
  CHECK(names({.filter = "name LIKE 'al%'"}) == "alpine ");
  CHECK(names({.filter = "name ILIKE 'al%'", .order_by = {"name"}}) == "Alpha alpine ");
  CHECK(names({.filter = "tags.team = 'beta'"}) == "beta ");
  CHECK(names({.filter = "tags.team IS NULL"}) == "Default ");
  CHECK(names({.filter = "experiment_id IN ('1', '3')"}) == "beta Alpha ");
  CHECK(names({.filter = "creation_time = 0"}) == "Default ");
  CHECK(names({.view = LifecycleView::deleted}).empty());
}

TEST_CASE("data sets are known by name and digest, and come back with their tags") {
  TrackingHome home;
  const TrackingRun run = home.run();
  const DatasetInput input{.dataset = {.name = "flights", .digest = "d1", .schema = "{}"},
                           .tags = {{"mlflow.data.context", "training"}}};
  for (int i = 0; i < 2; ++i)
    REQUIRE(DatasetStore().add_inputs(home.transaction, run, {&input, 1}).ok());
  const auto inputs = DatasetStore().inputs(home.transaction, run.id);
  REQUIRE(inputs->size() == 1);
  CHECK(inputs->front().dataset.schema == "{}");
  CHECK_FALSE(inputs->front().dataset.profile.has_value());
  CHECK(inputs->front().tags == input.tags);
  const DatasetInput nameless{.dataset = {.name = "", .digest = "d"}};
  CHECK_FALSE(DatasetStore().add_inputs(home.transaction, run, {&nameless, 1}).ok());
}

TEST_CASE("artifacts are files in folders, by name only") {
  TrackingHome home;
  ArtifactStore artifacts;
  const TrackedFile file{.digest = sha256("x"), .bytes = 1};
  const Time now = home.clock.now();
  for (const char* path :
       {"0/r/artifacts/b.txt", "0/r/artifacts/a/1", "0/r/artifacts/a/2/3", "0/r/artifacts/a.txt"})
    REQUIRE(artifacts.put(home.transaction, path, file, now).ok());
  const auto entries = artifacts.list(home.transaction, "0/r/artifacts");
  REQUIRE(entries->size() == 3);
  CHECK((*entries)[0].name == "a.txt");
  CHECK((*entries)[1].name == "a");
  CHECK((*entries)[1].is_folder);
  CHECK((*entries)[2].bytes == 1);
  CHECK(artifacts.put(home.transaction, "0/r/artifacts/a", file, now).error().code ==
        Errc::invalid);
  CHECK(artifacts.put(home.transaction, "0/r/artifacts/b.txt/x", file, now).error().code ==
        Errc::invalid);
  REQUIRE(artifacts.remove(home.transaction, "0/r/artifacts/a").ok());
  CHECK(artifacts.list(home.transaction, "0/r/artifacts")->size() == 2);
  CHECK(artifacts.get(home.transaction, "0/r/artifacts/a/1").error().code == Errc::not_found);
  CHECK(artifacts.get(home.transaction, "0/r/artifacts/a.txt")->digest == file.digest);
  CHECK(artifacts.list(home.transaction, "")->front().name == "0");
}

}  // namespace
}  // namespace gt
