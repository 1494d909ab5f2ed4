#include "engine/fire_files.h"

#include <doctest/doctest.h>

#include "db/memory_database.h"
#include "definition/read_pipeline.h"

namespace gt {
namespace {

const Time noon = Time(std::chrono::sys_days(std::chrono::year(2026) / 3 / 2));

struct World {
  explicit World(const std::string& trigger) { write(trigger); }

  void write(const std::string& trigger) {
    ReadResult read = read_pipeline(
        "name: load\nsteps: {a: {run: [a]}}\ntriggers: {t: {" + trigger + "}}\n", "pipeline.yaml");
    REQUIRE(read.pipeline);
    pipeline = std::make_shared<const Pipeline>(*std::move(read.pipeline));
  }
  void put(const std::string& path, const std::string& stamp, bool is_stable = true) {
    std::erase_if(there, [&](const ArrivedFile& file) { return file.path == path; });
    there.push_back({path, path, 5, noon, stamp, is_stable});
  }
  void remove(const std::string& path) {
    std::erase_if(there, [&](const ArrivedFile& file) { return file.path == path; });
  }
  Fired look() {
    auto fired = fire_files(
        {*database, runs, firings, entropy}, {"load", pipeline->triggers[0]}, there,
        [&](const ArrivedFile& file) -> Result<std::optional<NewRun>> {
          if (file.path == "refused") return error(Errc::invalid, "no such month");
          if (file.path == "unwanted") return std::optional<NewRun>();
          NewRun run;
          run.pipeline = "load";
          run.owner_engine = "e1";
          run.params = {{"path", file.path}};
          return std::optional(std::move(run));
        },
        [](Transaction&) -> Result<std::string> { return std::string("version"); }, clock.now());
    REQUIRE_MESSAGE(fired.ok(), fired.error().message);
    return *std::move(fired);
  }
  std::vector<std::string> paths() {
    std::vector<std::string> all;
    for (const RunRecord& run : look().runs) all.push_back(*run.params.find("path")->string());
    return all;
  }

  FakeClock clock{noon};
  SeededEntropy entropy{5};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  RunStore runs;
  FiringStore firings;
  std::shared_ptr<const Pipeline> pipeline;
  std::vector<ArrivedFile> there;
};

using Paths = std::vector<std::string>;

TEST_CASE("a file fires that comes after it was first waited for, once it has come to rest") {
  World world("file: '*.csv'");
  world.put("old", "1");
  world.put("growing", "1", false);
  CHECK(world.paths().empty());
  CHECK(world.paths().empty());
  world.put("growing", "2");
  world.put("new", "1", false);
  CHECK(world.paths() == Paths{"growing"});
  world.put("new", "1");
  CHECK(world.paths() == Paths{"new"});
  CHECK(world.paths().empty());
}

TEST_CASE("a file that has changed fires again, and so does one that went and came back") {
  World world("file: '*.csv'");
  world.put("a", "1");
  world.look();
  world.put("a", "2");
  CHECK(world.paths() == Paths{"a"});
  world.remove("a");
  CHECK(world.paths().empty());
  world.put("a", "2");
  CHECK(world.paths() == Paths{"a"});
}

TEST_CASE("what the trigger does not want leaves no trace, and what cannot be says why once") {
  World world("file: '*.csv'");
  world.look();
  world.put("refused", "1");
  world.put("unwanted", "1");
  const Fired fired = world.look();
  CHECK(fired.runs.empty());
  REQUIRE(fired.without_run.size() == 1);
  CHECK(fired.without_run[0].reason == "no such month");
  CHECK(fired.without_run[0].cause == JsonObject{{"file", "refused"}, {"bytes", 5}});
  CHECK(world.look().without_run.empty());
}

TEST_CASE("of files that come together `replace` has a run of the last one that is wanted") {
  World world("file: '*.csv', overlap: replace");
  world.look();
  for (const char* path : {"a", "b", "unwanted"}) world.put(path, "1");
  CHECK(world.paths() == Paths{"b"});
}

TEST_CASE("another glob begins anew, and fires for nothing that is there") {
  World world("file: '*.csv'");
  world.look();
  world.write("file: 'in/*.csv'");
  world.put("in/a", "1");
  CHECK(world.paths().empty());
  world.put("in/b", "1");
  CHECK(world.paths() == Paths{"in/b"});
}

}  // namespace
}  // namespace gt
