#include "environment/host.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/test_folder.h"

namespace gt {

namespace {

void write_program(const TestFolder& folder, const std::string& name, const std::string& text) {
  const std::string path = folder.write(name, text);
  REQUIRE(chmod(path.c_str(), 0755) == 0);
}

}  // namespace

TEST_CASE("programs are found as execvp finds them") {
  const TestFolder folder;
  write_program(folder, "a/tool", "#!/bin/sh\n");
  write_program(folder, "b/tool", "#!/bin/sh\n");
  folder.write("a/data", "not executable");
  write_program(folder, "b/data", "#!/bin/sh\n");
  REQUIRE(make_directories(folder / "a/other").ok());
  const std::string path = folder / "none:" + (folder / "a:") + (folder / "b");
  CHECK(resolve_program("tool", path, "/") == folder / "a/tool");
  CHECK(resolve_program("data", path, "/") == folder / "b/data");
  CHECK_FALSE(resolve_program("other", path, "/"));
  CHECK_FALSE(resolve_program("", path, "/"));
  CHECK(resolve_program("b/tool", path, folder.path()) == folder / "b/tool");
  CHECK(resolve_program("./b/tool", "", folder.path()) == folder / "./b/tool");
  CHECK(resolve_program("tool", "b", folder.path()) == folder / "b/tool");
  CHECK_FALSE(resolve_program("./tool", path, folder.path()));
}

TEST_CASE("the facts of the host change with the program") {
  const TestFolder folder;
  SystemClock clock;
  write_program(folder, "bin/my tool", "one");
  auto source = *Source::open(folder.path(), folder / ".geartrain", clock);
  const auto before = *host_facts(source, "my tool", folder / "bin");
  REQUIRE(before.size() == 3);
  CHECK(before[0] == "architecture " + architecture());
  CHECK(before[1].starts_with("os "));
  CHECK(before[2] == "program " + folder.path() + "/bin/my\\x20tool " + sha256("one").hex());
  write_program(folder, "bin/my tool", "two");
  CHECK(*host_facts(source, "my tool", folder / "bin") != before);
  CHECK(host_facts(source, "no tool", folder / "bin")->back() == "program no\\x20tool absent");
}

}  // namespace gt
