#include "cli/file_arrivals.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

#include "base/file.h"
#include "base/test_folder.h"

using namespace gt;

namespace {

using std::chrono::seconds;

struct Folder {
  TestFolder folder;
  FakeClock clock{from_microseconds(1'796'000'000'000'000)};

  /// Modified so long before now.
  void write(const std::string& name, const std::string& text, Duration age = {}) {
    const std::string path = join_path(folder.path(), name);
    std::ofstream(path) << text;
    const auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(
        (clock.now() - age).time_since_epoch());
    const timespec times[2] = {{0, UTIME_OMIT},
                               {at.count() / 1'000'000'000, at.count() % 1'000'000'000}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  }
  FileArrivals arrivals(const std::string& glob, Duration stable = seconds(2)) {
    auto opened = FileArrivals::open(folder.path(), {.glob = glob, .stable = stable});
    REQUIRE_MESSAGE(opened.ok(), opened.error().message);
    return *std::move(opened);
  }
  /// "a.csv!": it has come to rest.
  std::vector<std::string> look(FileArrivals& arrivals) {
    std::vector<std::string> names;
    const auto files = arrivals.look(clock);
    REQUIRE(files.ok());
    for (const ArrivedFile& file : *files) names.push_back(file.path + (file.is_stable ? "!" : ""));
    return names;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a file has come to rest when it has not changed for as long as the trigger says") {
  Folder folder;
  FileArrivals arrivals = folder.arrivals("*.csv");
  folder.write("a.csv", "1");
  CHECK(folder.look(arrivals) == Names{"a.csv"});
  CHECK(arrivals.until_stable(folder.clock.steady()) == seconds(2));
  folder.clock.advance(seconds(1));
  folder.write("a.csv", "12");
  CHECK(folder.look(arrivals) == Names{"a.csv"});
  folder.clock.advance(seconds(1));
  CHECK(folder.look(arrivals) == Names{"a.csv"});
  folder.clock.advance(seconds(1));
  CHECK(folder.look(arrivals) == Names{"a.csv!"});
  CHECK_FALSE(arrivals.until_stable(folder.clock.steady()));
}

TEST_CASE("one that was written long ago is not waited for, until it changes") {
  Folder folder;
  FileArrivals arrivals = folder.arrivals("*.csv");
  folder.write("a.csv", "1", seconds(3600));
  CHECK(folder.look(arrivals) == Names{"a.csv!"});
  folder.write("a.csv", "12", seconds(60));
  CHECK(folder.look(arrivals) == Names{"a.csv"});
}

TEST_CASE("a glob selects below its folders, but for what is hidden") {
  Folder folder;
  for (const char* name : {"in", "in/x", "in/.y", "out"})
    REQUIRE(::mkdir(join_path(folder.folder.path(), name).c_str(), 0700) == 0);
  for (const char* name :
       {"a.csv", "in/b.csv", "in/x/c.csv", "in/.y/d.csv", "in/.e.csv", "in/f.txt", "out/g.csv"})
    folder.write(name, "1", seconds(60));
  FileArrivals below = folder.arrivals("in/**/*.csv"), flat = folder.arrivals("in/*.csv");
  CHECK(folder.look(below) == Names{"in/b.csv!", "in/x/c.csv!"});
  CHECK(below.folders().size() == 2);
  CHECK(folder.look(flat) == Names{"in/b.csv!"});
  FileArrivals one = folder.arrivals("in/f.txt");
  CHECK(folder.look(one) == Names{"in/f.txt!"});
  const std::string whole = join_path(folder.folder.path(), "out/*.csv");
  FileArrivals absolute = folder.arrivals(whole);
  CHECK(folder.look(absolute) == Names{join_path(folder.folder.path(), "out/g.csv!")});
}

TEST_CASE("a folder that is not there yet is waited for by the one above it") {
  Folder folder;
  FileArrivals arrivals = folder.arrivals("in/*.csv");
  CHECK(folder.look(arrivals).empty());
  CHECK(arrivals.folders() == Names{folder.folder.path()});
}

TEST_CASE("another content is another stamp, and the same one keeps it") {
  Folder folder;
  FileArrivals arrivals = folder.arrivals("*.csv");
  folder.write("a.csv", "1", seconds(60));
  const std::string first = (*arrivals.look(folder.clock))[0].stamp;
  CHECK((*arrivals.look(folder.clock))[0].stamp == first);
  folder.write("a.csv", "2", seconds(30));
  CHECK((*arrivals.look(folder.clock))[0].stamp != first);
}
