#include "db/home.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/test_folder.h"
#include "db/reserve.h"

namespace gt {

TEST_CASE("a new home is private, hides from git and can be opened again") {
  const TestFolder folder;
  const std::string path = folder / "project/.geartrain";
  const auto home = Home::open(path);
  REQUIRE(home.ok());
  CHECK(home->at("objects") == path + "/objects");
  CHECK(*read_file(path + "/.gitignore") == "*\n");
  struct stat facts{};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0700);
  CHECK(kind_of(path + "/engines").value_or(PathKind::nothing) == PathKind::directory);
  CHECK(Home::open(path).ok());
}

TEST_CASE("a home keeps room for a full disk, which comes back after its use") {
  const TestFolder folder;
  const std::string path = folder / "home";
  REQUIRE(Home::open(path).ok());
  const auto blocks = [&] {
    struct stat facts{};
    return stat((path + "/reserve").c_str(), &facts) == 0 ? facts.st_blocks : 0;
  };
  CHECK(blocks() * 512 >= static_cast<blkcnt_t>(reserve_bytes));
  {
    const ReserveInUse room(path);
    CHECK(blocks() == 0);
  }
  CHECK(blocks() > 0);
  const ReserveInUse nowhere(folder / "none");
}

TEST_CASE("a home that was made in part is completed") {
  const TestFolder folder;
  REQUIRE(make_directories(folder / "home/objects").ok());
  REQUIRE(Home::open(folder / "home").ok());
  CHECK(kind_of(folder / "home/tmp").value_or(PathKind::nothing) == PathKind::directory);
}

TEST_CASE("a home of another layout is refused") {
  const TestFolder folder;
  REQUIRE(Home::open(folder / "home").ok());
  folder.write("home/version", "2\n");
  const auto newer = Home::open(folder / "home");
  REQUIRE(!newer.ok());
  CHECK(newer.error().code == Errc::conflict);
  CHECK(!newer.error().hint.empty());
  folder.write("home/version", "banana\n");
  const auto odd = Home::open(folder / "home");
  REQUIRE(!odd.ok());
  CHECK(odd.error().code == Errc::unavailable);
}

TEST_CASE("network file systems are known by their number, and local ones are none") {
  CHECK(Home::network_file_system_of(0x6969) == "NFS");
  CHECK(Home::network_file_system_of(0xff534d42) == "CIFS");
  CHECK(Home::network_file_system_of(0x0bd00bd0) == "Lustre");
  for (const std::uint32_t local : {0xef53U /* ext4 */, 0x01021994U /* tmpfs */, 0x9123683eU})
    CHECK(Home::network_file_system_of(local).empty());
}

}  // namespace gt
