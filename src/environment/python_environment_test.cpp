#include "environment/python_environment.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/file.h"
#include "base/file_lock.h"
#include "base/test_folder.h"
#include "environment/environment_folder.h"
#include "environment/host.h"
#include "process/command.h"

namespace gt {

namespace {

// Stands for uv: makes the folders that uv makes, and does what the files beside it ask for.
constexpr const char* builder = R"(#!/bin/sh
here=$(dirname "$0")
echo "uv $1"
if [ "$1" = venv ]; then
  mkdir -p "$4/bin" "$4/lib/python3.11/site-packages"
  ln -s "$here/python3" "$4/bin/python"
  exit
fi
echo x >> "$here/builds"
if [ -e "$here/started" ]; then echo x > "$here/started"; read line < "$here/go"; fi
if [ -e "$here/fails" ]; then echo "no such package"; exit 2; fi
if [ -e "$here/changes" ]; then echo other >> "$7"; fi
version=$(cat "$here/index" 2>/dev/null || echo 1.0)
if [ "$8" = -c ]; then version=$(sed -n 's/^tiny==//p' "$9"); fi
info="${4%/bin/python}/lib/python3.11/site-packages/Tiny-$version.dist-info"
mkdir "$info"
printf 'Name: Tiny\nVersion: %s\n' "$version" > "$info/METADATA"
printf 'tiny.py,sha256=1,1\n' > "$info/RECORD"
)";

constexpr const char* interpreter = R"(#!/bin/sh
echo '{"executable": "/fake/python3", "version": "3.11.2", "architecture": "x86_64"}'
)";

struct Project {
  TestFolder folder;
  SystemClock clock;

  Project() {
    write_program("uv", builder);
    write_program("python3", interpreter);
    folder.write("project/requirements.txt", "tiny\n");
  }
  void write_program(const std::string& name, const std::string& text) const {
    REQUIRE(chmod(folder.write("bin/" + name, text).c_str(), 0755) == 0);
  }
  PythonEnvironments open() {
    return {folder / "project", folder / "project/.geartrain", folder / "bin:/usr/bin:/bin", clock};
  }
  std::size_t builds() const { return read_file(folder / "bin/builds").value_or("").size() / 2; }
  /// The builder stops in its midst until go() is called.
  void block() const {
    REQUIRE(mkfifo((folder / "bin/started").c_str(), 0600) == 0);
    REQUIRE(mkfifo((folder / "bin/go").c_str(), 0600) == 0);
  }
  void wait_until_started() const { (void)read_file(folder / "bin/started").ok(); }
  void go() const {
    const UniqueFd fd = *open_file(folder / "bin/go", O_WRONLY);
    REQUIRE(write_all(fd.get(), "\n").ok());
  }
  void unblock() const {
    REQUIRE(remove_tree(folder / "bin/started").ok());
    REQUIRE(remove_tree(folder / "bin/go").ok());
  }
  /// What lies in the folder of environments besides logs and locks.
  std::size_t folders() const {
    const auto names = list_directory(folder / "project/.geartrain/environments");
    return static_cast<std::size_t>(
        std::ranges::count_if(*names, [](const auto& name) { return !name.contains('.'); }));
  }
};

const PythonSpecification tiny = {.requirements = "requirements.txt"};

}  // namespace

TEST_CASE("an environment is built once and found from then on") {
  Project project;
  CHECK_FALSE(project.open().find(tiny)->has_value());
  const auto made = project.open().make(tiny);
  REQUIRE(made.ok());
  CHECK(made->facts() ==
        std::vector<std::string>{"architecture x86_64",
                                 "package tiny 1.0 " + sha256("tiny.py,sha256=1,1\n").hex(),
                                 "python 3.11.2"});
  CHECK(*kind_of(made->bin_folder() + "/python") == PathKind::link);
  const auto found = *project.open().find(tiny);
  REQUIRE(found.has_value());
  CHECK(found->folder == made->folder);
  CHECK(found->facts() == made->facts());
  CHECK(project.open().make(tiny)->folder == made->folder);
  CHECK(project.builds() == 1);
}

TEST_CASE("other requirements or another interpreter give another environment beside the first") {
  Project project;
  const std::string first = project.open().make(tiny)->folder;
  SUBCASE("requirements") { project.folder.write("project/requirements.txt", "tiny\nother\n"); }
  SUBCASE("interpreter") {
    project.write_program("python3", R"(#!/bin/sh
echo '{"executable": "/fake/python3", "version": "3.11.3", "architecture": "x86_64"}')");
  }
  CHECK_FALSE(project.open().find(tiny)->has_value());
  CHECK(project.open().make(tiny)->folder != first);
  CHECK(*kind_of(first) == PathKind::directory);
  CHECK(project.builds() == 2);
}

TEST_CASE("comments do not make another environment") {
  Project project;
  const std::string first = project.open().make(tiny)->folder;
  project.folder.write("project/requirements.txt", "# what we need\n\ntiny  # small\n");
  CHECK((*project.open().find(tiny))->folder == first);
}

TEST_CASE("a failed build says why, leaves nothing, and can be tried again") {
  Project project;
  project.folder.write("bin/fails", "");
  const auto failed = project.open().make(tiny);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == Errc::unavailable);
  CHECK(failed.error().message.contains("requirements.txt: uv failed with exit code 2:"));
  CHECK(failed.error().message.ends_with("\n  uv pip\n  no such package"));
  CHECK(failed.error().hint.contains(".log"));
  CHECK(project.folders() == 0);
  REQUIRE(remove_tree(project.folder / "bin/fails").ok());
  CHECK(project.open().make(tiny).ok());
}

TEST_CASE("requirements that change during the build are not taken for those that were installed") {
  Project project;
  project.folder.write("bin/changes", "");
  CHECK(project.open().make(tiny).error().code == Errc::conflict);
  CHECK(project.folders() == 0);
}

TEST_CASE("missing requirements and interpreters are named") {
  Project project;
  CHECK(project.open().find({.requirements = "none.txt"}).error().code == Errc::not_found);
  const auto none =
      project.open().make({.requirements = "requirements.txt", .interpreter = "python9"});
  CHECK(none.error().code == Errc::not_found);
  CHECK(none.error().message.contains("python9"));
}

TEST_CASE("what is not whole is built again") {
  Project project;
  const std::string folder = project.open().make(tiny)->folder;
  const std::string ready = parent_path(folder) + "/ready";
  SUBCASE("without its mark") { REQUIRE(remove_tree(ready).ok()); }
  SUBCASE("with a damaged mark") {
    REQUIRE(write_file_atomically(ready, "{", Durability::none).ok());
  }
  SUBCASE("without its interpreter") { REQUIRE(remove_tree(folder + "/bin/python").ok()); }
  SUBCASE("without its packages' folder") { REQUIRE(remove_tree(folder + "/lib").ok()); }
  REQUIRE(write_file_atomically(folder + "/junk", "x", Durability::none).ok());
  CHECK_FALSE(project.open().find(tiny)->has_value());
  CHECK(project.open().make(tiny)->folder == folder);
  CHECK(*kind_of(folder + "/junk") == PathKind::nothing);
  CHECK(project.builds() == 2);
}

TEST_CASE("an environment that has to be made again gets the packages that it had") {
  Project project;
  const PythonInstallation first = *project.open().make(tiny);
  project.folder.write("bin/index", "2.0");
  REQUIRE(remove_tree(parent_path(first.folder)).ok());
  const PythonInstallation again = *project.open().make(tiny);
  CHECK(again.facts() == first.facts());
  CHECK(project.builds() == 2);
}

TEST_CASE("one that was made before resolutions were kept is not resolved again either") {
  Project project;
  const std::string folder = parent_path(project.open().make(tiny)->folder);
  REQUIRE(remove_tree(folder + ".resolution").ok());
  REQUIRE((*project.open().find(tiny)).has_value());
  project.folder.write("bin/index", "2.0");
  REQUIRE(remove_tree(folder).ok());
  CHECK(project.open().make(tiny)->packages.front().version == "1.0");
}

TEST_CASE("an update makes what is newer beside the present environment") {
  Project project;
  const PythonInstallation first = *project.open().make(tiny);
  project.folder.write("bin/index", "2.0");
  const auto update = project.open().update(tiny);
  REQUIRE(update.ok());
  CHECK(update->has_changed);
  CHECK(update->before == std::vector<PinnedPackage>{{"tiny", "1.0"}});
  CHECK(update->after == std::vector<PinnedPackage>{{"tiny", "2.0"}});
  CHECK(*kind_of(first.folder) == PathKind::directory);
  const auto found = *project.open().find(tiny);
  REQUIRE(found.has_value());
  CHECK(found->folder != first.folder);
  CHECK(found->packages.front().version == "2.0");
  CHECK(*project.open().key_of(tiny) == update->key);
  // And from then on it is the one that is made again.
  project.folder.write("bin/index", "3.0");
  REQUIRE(remove_tree(parent_path(found->folder)).ok());
  CHECK(project.open().make(tiny)->packages.front().version == "2.0");
}

TEST_CASE("an update that finds nothing newer leaves all as it is") {
  Project project;
  const PythonInstallation first = *project.open().make(tiny);
  const auto update = project.open().update(tiny);
  REQUIRE(update.ok());
  CHECK_FALSE(update->has_changed);
  CHECK((*project.open().find(tiny))->folder == first.folder);
  CHECK(project.folders() == 1);
}

TEST_CASE("an update that fails leaves all as it is") {
  Project project;
  const PythonInstallation first = *project.open().make(tiny);
  project.folder.write("bin/fails", "");
  CHECK(project.open().update(tiny).error().code == Errc::unavailable);
  CHECK((*project.open().find(tiny))->folder == first.folder);
  CHECK(project.folders() == 1);
}

TEST_CASE("an environment is removed only when nobody uses it, and then whole") {
  Project project;
  const EnvironmentFolder folder(project.folder / "project/.geartrain");
  const auto nobody = [] { return Result<bool>(false); };
  std::string key;
  {
    const PythonInstallation used = *project.open().make(tiny);
    key = *project.open().key_of(tiny);
    CHECK_FALSE(*folder.may_go(key, nobody));
    CHECK_FALSE(*folder.remove(key, nobody));
  }
  CHECK_FALSE(*folder.remove(key, [] { return Result<bool>(true); }));
  const auto records = *folder.list();
  REQUIRE(records.size() == 1);
  CHECK(records[0].key == key);
  CHECK(records[0].requirements == "requirements.txt");
  CHECK(records[0].is_whole);
  CHECK(records[0].is_current);
  CHECK(records[0].packages.size() == 1);
  CHECK(*folder.may_go(key, nobody));
  CHECK(*folder.remove(key, nobody));
  CHECK(folder.list()->empty());
  CHECK_FALSE(*folder.remove(key, nobody));
}

TEST_CASE("what a removal that was cut short has left goes with the next") {
  Project project;
  project.folder.write("project/.geartrain/environments/.removed-0123/venv/x", "x");
  const EnvironmentFolder folder(project.folder / "project/.geartrain");
  CHECK(folder.list()->empty());
  REQUIRE(folder.remove_rest().ok());
  CHECK(*kind_of(project.folder / "project/.geartrain/environments/.removed-0123") ==
        PathKind::nothing);
}

TEST_CASE("an environment that was moved with its project is built again") {
  Project project;
  REQUIRE(project.open().make(tiny).ok());
  REQUIRE(rename_path(project.folder / "project", project.folder / "moved").ok());
  PythonEnvironments moved(project.folder / "moved", project.folder / "moved/.geartrain",
                           project.folder / "bin:/usr/bin:/bin", project.clock);
  CHECK_FALSE(moved.find(tiny)->has_value());
  CHECK(moved.make(tiny)->folder.starts_with(project.folder / "moved"));
}

TEST_CASE("what somebody installs later is in the facts") {
  Project project;
  const auto made = *project.open().make(tiny);
  const std::string info = made.folder + "/lib/python3.11/site-packages/late-2.0.dist-info";
  REQUIRE(make_directories(info).ok());
  REQUIRE(write_file_atomically(info + "/METADATA", "Name: late\nVersion: 2.0\n", Durability::none)
              .ok());
  for (int i = 0; i < 2; ++i) {
    const auto found = **project.open().find(tiny);
    REQUIRE(found.packages.size() == 2);
    CHECK(found.packages[0].name == "late");
  }
}

TEST_CASE("of two at once one builds and the other waits") {
  Project project;
  project.block();
  Result<PythonInstallation> first = error(Errc::internal, "not run");
  Result<PythonInstallation> second = error(Errc::internal, "not run");
  std::thread one([&] { first = project.open().make(tiny); });
  project.wait_until_started();
  std::thread other([&] { second = project.open().make(tiny); });
  project.go();
  one.join();
  other.join();
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->folder == second->folder);
  CHECK(project.builds() == 1);
}

TEST_CASE("building and waiting can be cancelled") {
  Project project;
  project.block();
  std::stop_source stop_building;
  std::stop_source stop_waiting;
  Result<PythonInstallation> built = error(Errc::internal, "not run");
  Result<PythonInstallation> waited = error(Errc::internal, "not run");
  std::thread one([&] { built = project.open().make(tiny, stop_building.get_token()); });
  project.wait_until_started();
  std::thread other([&] { waited = project.open().make(tiny, stop_waiting.get_token()); });
  stop_waiting.request_stop();
  other.join();
  CHECK(waited.error().code == Errc::cancelled);
  stop_building.request_stop();
  one.join();
  CHECK(built.error().code == Errc::cancelled);
  CHECK(project.folders() == 0);
  project.unblock();
  CHECK(project.open().make(tiny).ok());
}

TEST_CASE("a builder that outlives us keeps the place until it ends") {
  Project project;
  project.block();
  const pid_t engine = fork();
  if (engine == 0) {
    const auto made = project.open().make(tiny);
    _exit(made.ok() ? 0 : 1);
  }
  project.wait_until_started();
  REQUIRE(kill(engine, SIGKILL) == 0);
  REQUIRE(waitpid(engine, nullptr, 0) == engine);
  std::string lock;
  const auto names = *list_directory(project.folder / "project/.geartrain/environments");
  for (const auto& name : names)
    if (name.ends_with(".lock"))
      lock = project.folder / ("project/.geartrain/environments/" + name);
  CHECK_FALSE(FileLock::try_take(lock)->has_value());
  CHECK_FALSE(project.open().find(tiny)->has_value());
  project.go();
  // Once the orphan has ended, its place is cleared and built anew.
  REQUIRE(FileLock::take(lock).ok());
  project.unblock();
  CHECK(project.open().make(tiny).ok());
  CHECK(project.builds() == 2);
}

namespace {

// A package with a module and a script, as a wheel.
constexpr const char* make_wheel = R"(
import sys, zipfile
info = "tiny_package-1.0.dist-info/"
files = {
    "tiny_package.py": "def main():\n    print('tiny says hello')\n",
    info + "METADATA": "Metadata-Version: 2.1\nName: tiny-package\nVersion: 1.0\n",
    info + "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    info + "entry_points.txt": "[console_scripts]\ntiny-script = tiny_package:main\n",
}
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name, text in files.items():
        wheel.writestr(name, text)
    wheel.writestr(info + "RECORD", "".join(name + ",,\n" for name in files) + info + "RECORD,,\n")
)";

void make_real(const std::string& path_variable, const char* needed_option) {
  const TestFolder folder;
  SystemClock clock;
  const auto found = run_command({.argv = {"python3", "-c", "import ensurepip, venv"}});
  if (!found || !found->succeeded()) {
    MESSAGE("SKIP: there is no python3 with venv");
    return;
  }
  REQUIRE(make_directories(folder / "my project/wheels").ok());
  REQUIRE(run_command({.argv = {"python3", "-c", make_wheel,
                                folder / "my project/wheels/tiny_package-1.0-py3-none-any.whl"}})
              ->succeeded());
  folder.write("my project/requirements.txt",
               std::string("--no-index\n") + needed_option + "tiny-package==1.0\n");
  PythonEnvironments environments(folder / "my project", folder / "my project/.geartrain",
                                  path_variable, clock);
  const auto made = environments.make({.requirements = "requirements.txt"});
  if (!made) MESSAGE(made.error().message);
  REQUIRE(made.ok());
  const auto is_tiny = [](const auto& package) { return package.name == "tiny-package"; };
  CHECK(std::ranges::count_if(made->packages, is_tiny) == 1);
  const auto said = run_command({.argv = {made->bin_folder() + "/tiny-script"}});
  REQUIRE(said.ok());
  CHECK(said->output == "tiny says hello\n");
  CHECK((*environments.find({.requirements = "requirements.txt"}))->facts() == made->facts());
}

}  // namespace

TEST_CASE("venv and pip make a real environment without a network") {
  // A PATH without uv: only a link to the interpreter.
  const TestFolder bin;
  const auto python = find_interpreter("python3", getenv("PATH"), "/", bin / "memory");
  if (!python) {
    MESSAGE("SKIP: there is no python3");
    return;
  }
  REQUIRE(symlink(python->executable.c_str(), (bin / "python3").c_str()) == 0);
  make_real(bin.path() + ":/nonexistent", "--find-links wheels\n");
}

TEST_CASE("uv makes a real environment without a network") {
  if (!resolve_program("uv", getenv("PATH"), "/")) {
    MESSAGE("SKIP: there is no uv");
    return;
  }
  make_real(getenv("PATH"), "--find-links wheels\n");
}

}  // namespace gt
