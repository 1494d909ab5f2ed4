#include "process/chores.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/removal.h"
#include "base/test_folder.h"
#include "base/text.h"
#include "process/log_file.h"

namespace gt {

namespace {

bool is_there(const std::string& path) {
  return kind_of(path).value_or(PathKind::nothing) != PathKind::nothing;
}

std::string many_files(const TestFolder& home, const std::string& name, int count) {
  for (int i = 0; i < count; ++i) home.write(fmt::format("{}/sub/{}", name, i), "x");
  return home / name;
}

std::string large_log() {
  return std::string(static_cast<std::size_t>(compressed_log_bytes_min), '\n');
}

}  // namespace

TEST_CASE("what is small is removed at once, and leaves no chore") {
  const TestFolder home;
  Chores chores(home.path());
  int heard = 0;
  chores.set_listener([&] { ++heard; });
  REQUIRE(chores.remove(home.write("file", "text")).ok());
  REQUIRE(chores.remove(many_files(home, "folder", 10)).ok());
  REQUIRE(chores.remove(home / "absent").ok());
  CHECK(list_directory(home.path())->empty());
  CHECK_FALSE(has_chores(home.path()));
  CHECK(heard == 0);
}

TEST_CASE("what takes long is out of the way at once, and removed later") {
  const TestFolder home;
  Chores chores(home.path());
  int heard = 0;
  chores.set_listener([&] { ++heard; });
  REQUIRE(chores.remove(many_files(home, "folder", 500)).ok());
  const std::string large = home.write("large", std::string(3U << 20U, 'x'));
  REQUIRE(chores.remove(large).ok());
  CHECK_FALSE(is_there(home / "folder"));
  CHECK_FALSE(is_there(large));
  CHECK(heard == 2);

  CHECK(has_chores(home.path()));
  const ChoreReport seen = *look_at_chores(home.path());
  CHECK(seen.removals == 2);
  CHECK(seen.bytes >= 3 << 20U);
  const ChoreReport done = do_chores(home.path(), ChorePace::yielding);
  CHECK(done.removals == 2);
  CHECK(done.bytes >= 3 << 20U);
  CHECK_FALSE(has_chores(home.path()));
  CHECK(list_directory(home / "chores")->empty());
}

TEST_CASE("a folder without write permission is moved out of the way all the same") {
  const TestFolder home;
  Chores chores(home.path());
  const std::string folder = many_files(home, "folder", 500);
  REQUIRE(::chmod((folder + "/sub").c_str(), 0555) == 0);
  REQUIRE(::chmod(folder.c_str(), 0555) == 0);
  REQUIRE(chores.remove(folder).ok());
  CHECK_FALSE(is_there(folder));
  do_chores(home.path(), ChorePace::at_once);
  CHECK_FALSE(has_chores(home.path()));
}

TEST_CASE("a removal that was cut off is finished by whoever comes next") {
  const TestFolder home;
  Chores chores(home.path());
  REQUIRE(chores.remove(many_files(home, "folder", 500)).ok());
  const std::string chore = join_path(home / "chores", list_directory(home / "chores")->at(0));
  int left = 100;
  CHECK(remove_tree(chore, [&](int, const std::string&) { return --left > 0; }).error().code ==
        Errc::cancelled);
  CHECK(has_chores(home.path()));
  CHECK(do_chores(home.path(), ChorePace::at_once).removals == 1);
  CHECK_FALSE(has_chores(home.path()));
}

TEST_CASE("large logs of ended attempts are compressed later, small ones never") {
  const TestFolder home;
  Chores chores(home.path());
  home.write("attempts/large/log", large_log());
  home.write("attempts/small/log", "short\n");
  REQUIRE(chores.compress_log_of("large").ok());
  REQUIRE(chores.compress_log_of("small").ok());
  CHECK_MESSAGE(is_there(home / "attempts/large/log"), "nobody waited for it");
  CHECK(look_at_chores(home.path())->logs == 1);
  CHECK(do_chores(home.path(), ChorePace::yielding).logs == 1);
  CHECK(is_there(home / "attempts/large/log.zst"));
  CHECK(is_there(home / "attempts/small/log"));
  CHECK_FALSE(has_chores(home.path()));
}

TEST_CASE("the chore of an attempt that is gone is done") {
  const TestFolder home;
  home.write("chores/log.gone", "");
  do_chores(home.path(), ChorePace::yielding);
  CHECK_FALSE(has_chores(home.path()));
}

TEST_CASE("while one is at it, another that yields does nothing, and gc does it all") {
  const TestFolder home;
  home.write("chores/remove.1/file", "x");
  const UniqueFd other = *open_file(home / "chores", O_RDONLY | O_DIRECTORY);
  REQUIRE(::flock(other.get(), LOCK_EX) == 0);
  CHECK(do_chores(home.path(), ChorePace::yielding).removals == 0);
  CHECK(has_chores(home.path()));
  CHECK(do_chores(home.path(), ChorePace::at_once).removals == 1);
  CHECK_FALSE(has_chores(home.path()));
}

TEST_CASE("a chore that cannot be done is passed over, and does not hold up the others") {
  const TestFolder home;
  home.write("chores/what is this", "");
  home.write("chores/remove.1", "");
  CHECK(do_chores(home.path(), ChorePace::yielding).removals == 1);
  CHECK(*list_directory(home / "chores") == std::vector<std::string>{"what is this"});
}

TEST_CASE("a home without chores is none") {
  const TestFolder home;
  CHECK_FALSE(has_chores(home.path()));
  CHECK(look_at_chores(home.path())->removals == 0);
  CHECK(do_chores(home.path(), ChorePace::at_once).removals == 0);
  CHECK_FALSE(is_there(home / "chores"));
}

}  // namespace gt
