#include "cache/verify_home.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "blob/folder_blobs.h"
#include "db/memory_database.h"
#include "run/run_json.h"

using namespace gt;

namespace {

struct Installation {
  TestFolder folder;
  FakeClock clock;
  SeededEntropy entropy{1};
  Home home = *Home::open(folder / "home");
  FolderBlobs blobs{home, entropy, Durability::none};
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);

  Blob put(std::string_view bytes) { return *blobs.put_bytes(bytes); }

  void execute(std::string_view sql, std::initializer_list<Bind> binds) {
    auto writer = *database->begin_write();
    REQUIRE(writer.execute(sql, binds).ok());
    REQUIRE(writer.commit().ok());
  }
  void add_result(const char* table, RunId run, TaskIndex task, const Blob& blob) {
    const std::string outputs =
        *values_text({Artifact{blob.name.digest, false, blob.bytes, "x", {}}});
    if (std::string_view(table) == "task_result")
      execute("INSERT INTO task_result (task, outputs) VALUES (:task, :outputs)",
              {task_key(run, task), outputs});
    else
      execute(
          "INSERT INTO cache_entry (base_key, source_set, task, number, outputs, created_at) "
          "VALUES "
          "('b', 's', :task, 1, :outputs, 0)",
          {task_key(run, task), outputs});
  }
  void spoil(const Blob& blob) {
    const std::string path = blobs.path_of(blob.name);
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    REQUIRE(write_file_atomically(path, "other", Durability::none).ok());
  }
  std::vector<DamagedArtifact> verify(bool quarantines = true) {
    return *verify_artifacts(*database, blobs, *blobs.list(), {.quarantines = quarantines});
  }
};

}  // namespace

TEST_CASE("what is as it was made is no damage") {
  Installation here;
  here.add_result("task_result", 1, 0, here.put("a"));
  here.put("b");
  CHECK(here.verify().empty());
  CHECK(verify_records(*here.database)->empty());
}

TEST_CASE("a changed artifact is put away, and says whom it concerns") {
  Installation here;
  const Blob blob = here.put("a");
  here.add_result("task_result", 3, 4, blob);
  here.add_result("cache_entry", 3, 4, blob);
  here.spoil(blob);
  CHECK_FALSE(here.verify(false).front().is_quarantined);
  const auto damaged = here.verify();
  REQUIRE(damaged.size() == 1);
  CHECK(damaged[0].name == blob.name);
  CHECK(damaged[0].health == Health::changed);
  CHECK(damaged[0].is_quarantined);
  REQUIRE(damaged[0].references.size() == 2);
  CHECK(damaged[0].references[0].run == 3);
  CHECK(damaged[0].references[0].task == 4);
  CHECK(*here.blobs.check(blob.name, CheckDepth::quick) == Health::missing);
}

TEST_CASE("a missing artifact is damage, unless it went with a garbage collection") {
  Installation here;
  const Blob blob = here.put("a");
  here.add_result("task_result", 1, 0, blob);
  here.execute(
      "INSERT INTO run (id, uuid, pipeline, number, state, plan_version, params, options, "
      "logical_date, created_at, source_digest, git, owner_engine, fence, cancel) VALUES (1, 'u', "
      "'p', 1, 'succeeded', '', '{}', '{}', 0, 0, '', '{}', '', 1, 'none')",
      {});
  REQUIRE(remove_tree(here.blobs.path_of(blob.name)).ok());
  REQUIRE(here.verify().size() == 1);
  CHECK(here.verify().front().health == Health::missing);
  here.execute("UPDATE run SET collected = 1", {});
  CHECK(here.verify().empty());
  // The cache would still serve it.
  here.add_result("cache_entry", 1, 0, blob);
  CHECK(here.verify().size() == 1);
}

TEST_CASE("records are known by their own digests") {
  Installation here;
  here.execute("INSERT INTO source_set (digest, text) VALUES ('00', 'x')", {});
  here.execute("INSERT INTO task_result (task, outputs) VALUES (1, '{')", {});
  const auto faults = *verify_records(*here.database);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].starts_with("the source set 00"));
  CHECK(faults[1].starts_with("the result of task 1"));
}
