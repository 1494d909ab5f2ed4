#include "process/placement.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/test_folder.h"

namespace gt {

namespace {

Result<void> place(const TestFolder& folder, std::vector<std::string> folders,
                   std::vector<InputLink> links, std::vector<InputCopy> copies = {}) {
  REQUIRE(make_directories(folder / "attempt").ok());
  SpawnRequest request;
  request.folder = folder / "attempt";
  request.folders = std::move(folders);
  request.links = std::move(links);
  request.copies = std::move(copies);
  return place_inputs(request);
}

}  // namespace

TEST_CASE("folders, links and copies are made below the attempt's folder") {
  TestFolder folder;
  const std::string blob = folder.write("blob", "content");
  const std::string tree = parent_path(folder.write("tree/deep/file", "leaf"));
  REQUIRE(::chmod(blob.c_str(), 0444) == 0);
  REQUIRE(::chmod((tree + "/file").c_str(), 0444) == 0);
  REQUIRE(place(folder, {"outputs/", "tmp"}, {{"inputs/a/with space\n", blob}},
                {{"inputs/b/copy", blob}, {"inputs/c/tree", folder / "tree"}})
              .ok());
  CHECK(*kind_of(folder / "attempt/outputs") == PathKind::directory);
  CHECK(*read_link(folder / "attempt/inputs/a/with space\n") == blob);
  CHECK(*read_file(folder / "attempt/inputs/b/copy") == "content");
  CHECK(*read_file(folder / "attempt/inputs/c/tree/deep/file") == "leaf");
  for (const char* copy : {"attempt/inputs/b/copy", "attempt/inputs/c/tree/deep/file"}) {
    struct stat status{};
    REQUIRE(::stat((folder / copy).c_str(), &status) == 0);
    CHECK((status.st_mode & S_IWUSR) != 0);
  }
  CHECK(*kind_of(blob) == PathKind::file);
}

TEST_CASE("a path that would leave the attempt's folder is refused") {
  TestFolder folder;
  for (const char* path : {"/etc/x", "../x", "a/../../x", "", "a//b", "./x", ".."}) {
    CAPTURE(path);
    CHECK(place(folder, {}, {{path, "/blob"}}).error().code == Errc::invalid);
    CHECK(place(folder, {path}, {}).error().code == Errc::invalid);
    CHECK(place(folder, {}, {}, {{path, "/etc/hostname"}}).error().code == Errc::invalid);
  }
}

TEST_CASE("an input that is a link to a folder is no way into that folder") {
  TestFolder folder;
  REQUIRE(make_directories(folder / "tree").ok());
  const auto placed = place(folder, {}, {{"inputs/a", folder / "tree"}, {"inputs/a/b", "/blob"}});
  REQUIRE_FALSE(placed.ok());
  CHECK(placed.error().code == Errc::conflict);
  CHECK(list_directory(folder / "tree")->empty());
}

TEST_CASE("a copy of what is not there says so") {
  TestFolder folder;
  const auto placed = place(folder, {}, {}, {{"inputs/a", folder / "absent"}});
  REQUIRE_FALSE(placed.ok());
  CHECK(placed.error().code == Errc::not_found);
  CHECK(placed.error().message.find("inputs/a") != std::string::npos);
}

}  // namespace gt
