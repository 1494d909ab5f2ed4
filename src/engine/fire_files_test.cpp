#include "engine/fire_files.h"

#include <doctest/doctest.h>

#include "engine/trigger_world.h"

namespace gt {
namespace {

constexpr Time noon = TriggerWorld::noon;

struct World : TriggerWorld {
  explicit World(const std::string& trigger) : TriggerWorld("load", trigger) {}

  void put(const std::string& path, const std::string& stamp, bool is_stable = true) {
    std::erase_if(there, [&](const ArrivedFile& file) { return file.path == path; });
    there.push_back({path, path, 5, noon, stamp, is_stable});
  }
  void remove(const std::string& path) {
    std::erase_if(there, [&](const ArrivedFile& file) { return file.path == path; });
  }
  Fired look() {
    auto fired = fire_files(
        parts(*database), watched(), there,
        [&](const ArrivedFile& file) -> Result<std::optional<NewRun>> {
          if (file.path == "refused") return error(Errc::invalid, "no such month");
          if (file.path == "unwanted") return std::optional<NewRun>();
          NewRun run = new_run(name);
          run.params = {{"path", file.path}};
          return std::optional(std::move(run));
        },
        keep, clock.now());
    REQUIRE_MESSAGE(fired.ok(), fired.error().message);
    return *std::move(fired);
  }
  std::vector<std::string> paths() {
    std::vector<std::string> all;
    for (const RunRecord& run : look().runs) all.push_back(*run.params.find("path")->string());
    return all;
  }

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
