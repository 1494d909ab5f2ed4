#include "cli/package_hint.h"

#include <doctest/doctest.h>

namespace gt {

TEST_CASE("the distribution tells how a program is got") {
  const auto debian = distribution_of("PRETTY_NAME=\"Debian 12\"\nID=debian\n", true);
  CHECK(debian.name == "Debian 12");
  CHECK(way_to_get(debian, "python3-venv") == "apt-get update && apt-get install python3-venv");
  CHECK(way_to_get(debian, "frob") == "find its package: apt-file search --regexp 'bin/frob$'");
  CHECK(way_to_get(debian, "uv") == "pipx install uv");
  const auto mint = distribution_of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", false);
  CHECK(way_to_get(mint, "git") == "sudo apt-get update && sudo apt-get install git");
  const auto rocky = distribution_of("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", false);
  CHECK(way_to_get(rocky, "g++") == "sudo dnf install gcc-c++");
  CHECK(way_to_get(rocky, "frob") == "find its package: dnf provides '*bin/frob'");
  const auto alpine = distribution_of("ID=alpine\n", true);
  CHECK(way_to_get(alpine, "uv") == "apk add uv");
  CHECK(way_to_get(alpine, "frob") == "find its package: apk search cmd:frob");
}

TEST_CASE("an unknown distribution gets words instead of a wrong command") {
  for (const char* const text : {"", "ID=arch\n", "IDLE=debian\n", "ID"}) {
    const auto unknown = distribution_of(text, true);
    CHECK(unknown.tool == PackageTool::none);
    CHECK(way_to_get(unknown, "git") == "install what gives the program git");
  }
}

}  // namespace gt
