#include "run/project_store.h"

#include <doctest/doctest.h>

#include "db/memory_database.h"

using namespace gt;

namespace {

struct Fixture {
  FakeClock clock;
  std::unique_ptr<MemoryDatabase> database = *MemoryDatabase::open(clock);
  ProjectStore projects;

  ProjectVersion add(const std::string& project, std::string_view content) {
    clock.advance(std::chrono::seconds(1));
    Transaction writer = *database->begin_write();
    const auto added = projects.add(writer,
                                    {.project = project,
                                     .tree = sha256(content),
                                     .files = 3,
                                     .bytes = 30,
                                     .git = {{"commit", "abc"}},
                                     .message = "more",
                                     .created_by = "ana"},
                                    clock.now());
    REQUIRE_MESSAGE(added.ok(), added.error().message);
    REQUIRE(writer.commit().ok());
    return *added;
  }
  ProjectVersion active(const std::string& project) {
    Transaction reader = *database->begin_read();
    return projects.find(reader, project)->active;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "versions are numbered per project, and the newest counts") {
  CHECK(add("sales", "one").name() == "sales@1");
  CHECK(add("sales", "two").name() == "sales@2");
  CHECK(add("flights", "one").name() == "flights@1");
  CHECK(active("sales").number == 2);
  Transaction reader = *database->begin_read();
  const auto all = projects.versions(reader, "sales");
  REQUIRE(all->size() == 2);
  CHECK(all->front().number == 2);
  CHECK(all->front().git == JsonObject{{"commit", "abc"}});
  CHECK(all->front().message == "more");
  CHECK(projects.list(reader)->size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "the files of the version that counts make no other one") {
  add("sales", "one");
  CHECK(add("sales", "one").number == 1);
  add("sales", "two");
  CHECK(add("sales", "one").number == 3);
}

TEST_CASE_FIXTURE(Fixture, "a rollback leads to what counted before, and is on record") {
  const ProjectVersion one = add("sales", "one");
  add("sales", "two");
  Transaction writer = *database->begin_write();
  CHECK(projects.before_active(writer, "sales")->number == 1);
  CHECK(*projects.activate(writer, one, "ben", clock.now()));
  CHECK_FALSE(*projects.activate(writer, one, "ben", clock.now()));
  CHECK(projects.find(writer, "sales")->activated_by == "ben");
  CHECK(projects.before_active(writer, "sales")->number == 2);
  REQUIRE(writer.commit().ok());
  CHECK(active("sales").number == 1);
}

TEST_CASE_FIXTURE(Fixture, "a project that was removed keeps its versions") {
  add("sales", "one");
  Transaction writer = *database->begin_write();
  REQUIRE(projects.remove(writer, "sales").ok());
  CHECK(projects.find(writer, "sales").error().code == Errc::not_found);
  CHECK(projects.remove(writer, "sales").error().code == Errc::not_found);
  CHECK(projects.version(writer, std::string_view("sales@1"))->number == 1);
  REQUIRE(writer.commit().ok());
  CHECK(add("sales", "one").number == 2);
}

TEST_CASE_FIXTURE(Fixture, "a version is found by its name, and what is no name is told") {
  add("sales", "one");
  Transaction reader = *database->begin_read();
  CHECK(projects.version(reader, std::string_view("sales@1"))->project == "sales");
  CHECK(projects.version(reader, std::string_view("sales@7")).error().code == Errc::not_found);
  CHECK(projects.version(reader, std::string_view("sales")).error().code == Errc::invalid);
}
