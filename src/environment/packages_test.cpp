#include "environment/packages.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/test_folder.h"

namespace gt {

namespace {

constexpr const char* site = "lib/python3.11/site-packages/";

void install(const TestFolder& folder, const std::string& name, const std::string& record) {
  const std::string info = fmt::format("{}{}-1.0.dist-info/", site, name);
  folder.write(info + "METADATA",
               "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n\nName: no\n");
  folder.write(info + "RECORD", record);
}

}  // namespace

TEST_CASE("packages have a normalized name, a version, and the digest of what they brought") {
  const TestFolder folder;
  install(folder, "My_Pkg.x", "b.py,sha256=2,2\na.py,sha256=1,1\n");
  install(folder, "alpha", "c.py,sha256=3,3\n");
  folder.write(std::string(site) + "~gone-1.0.dist-info/RECORD", "");
  const auto packages = *read_packages(folder.path());
  REQUIRE(packages.size() == 2);
  CHECK(packages[0].name == "alpha");
  CHECK(packages[1] ==
        InstalledPackage{"my-pkg-x", "1.0", sha256("a.py,sha256=1,1\nb.py,sha256=2,2\n")});
}

TEST_CASE("where and by which tool it was installed makes no difference, what it contains does") {
  const TestFolder folder;
  install(folder, "a", "a.py,sha256=1,1\r\n");
  const auto before = *read_packages(folder.path());
  install(folder, "a",
          "../../../bin/tool,sha256=9,9\na.py,sha256=1,1\n__pycache__/a.cpython-311.pyc,,\n"
          "a-1.0.dist-info/INSTALLER,sha256=8,4\na-1.0.dist-info/direct_url.json,sha256=7,7\n"
          "a-1.0.dist-info/RECORD,,\n");
  CHECK(*read_packages(folder.path()) == before);
  install(folder, "a", "a.py,sha256=2,1\n");
  CHECK(*read_packages(folder.path()) != before);
}

TEST_CASE("a package that comes changes the stamp") {
  const TestFolder folder;
  install(folder, "a", "");
  const auto before = *packages_stamp(folder.path());
  CHECK(*packages_stamp(folder.path()) == before);
  install(folder, "b", "");
  CHECK(*packages_stamp(folder.path()) != before);
}

TEST_CASE("a folder that is no environment is an error") {
  const TestFolder folder;
  CHECK(read_packages(folder.path()).error().code == Errc::not_found);
}

}  // namespace gt
