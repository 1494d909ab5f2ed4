#include "environment/interpreter.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/test_folder.h"
#include "environment/host.h"

namespace gt {

namespace {

const std::string& our_path() {
  static const std::string path = getenv("PATH");
  return path;
}

void write_script(const TestFolder& folder, const std::string& name, const std::string& text) {
  const std::string path = folder.write(name, "#!/bin/sh\n" + text + "\n");
  REQUIRE(chmod(path.c_str(), 0755) == 0);
}

}  // namespace

TEST_CASE("the machine's Python is found, and not asked twice") {
  const TestFolder folder;
  // Itself perhaps a script; its memory is not what is looked at below.
  const TestFolder other;
  const auto first = find_interpreter("python3", our_path(), "/", other.path());
  if (!first && first.error().code == Errc::not_found) {
    MESSAGE("SKIP: there is no python3");
    return;
  }
  REQUIRE(first.ok());
  CHECK(first->version.starts_with("3."));
  CHECK(first->architecture == architecture());
  CHECK(first->executable.starts_with("/"));

  // The executable itself is no script; its remembered answer is believed, so a changed one shows.
  REQUIRE(find_interpreter(first->executable, our_path(), "/", folder.path()).ok());
  const auto names = *list_directory(folder.path());
  REQUIRE(names.size() == 1);
  std::string memory = *read_file(folder / names[0]);
  const auto at = memory.find("\"version\":\"3.");
  REQUIRE(at != std::string::npos);
  memory.replace(at, 13, "\"version\":\"9.");
  folder.write(names[0], memory);
  CHECK(find_interpreter(first->executable, our_path(), "/", folder.path())
            ->version.starts_with("9."));
  folder.write(names[0], "damaged");
  CHECK(*find_interpreter(first->executable, our_path(), "/", folder.path()) == *first);
}

TEST_CASE("a script that chooses an interpreter is asked every time") {
  const TestFolder folder;
  const auto version = [&] {
    return find_interpreter("python3", folder / "bin", "/", folder / "memory")->version;
  };
  write_script(folder, "bin/python3", R"(echo '{"executable": "/a", "version": "3.10.1"}')");
  CHECK(version() == "3.10.1");
  write_script(folder, "bin/python3", R"(echo '{"executable": "/a", "version": "3.10.2"}')");
  CHECK(version() == "3.10.2");
}

TEST_CASE("what is no Python is refused by name") {
  const TestFolder folder;
  CHECK(find_interpreter("python3", folder.path(), "/", folder.path()).error().code ==
        Errc::not_found);
  write_script(folder, "bin/python3", "echo no; echo 'cannot do this' >&2; exit 3");
  const auto refused = find_interpreter("python3", folder / "bin", "/", folder.path());
  CHECK(refused.error().code == Errc::invalid);
  CHECK(refused.error().message.contains("exit code 3): cannot do this"));
}

}  // namespace gt
