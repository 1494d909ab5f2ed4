#include "definition/paths.h"

#include <doctest/doctest.h>

using namespace gt;

TEST_CASE("a path may hold all that a file system takes, but not lead out of its folder") {
  for (const char* path :
       {"a", "a/b", "model/", "a b/ü\n$(x).csv", "...", ".hidden", "a..b", "-x"}) {
    CAPTURE(path);
    CHECK_FALSE(fault_of_relative_path(path));
  }
  using namespace std::string_literals;
  for (const auto& path :
       {""s, "/"s, "/a"s, ".."s, "../a"s, "a/.."s, "a/../b"s, "."s, "./a"s, "a/./b"s, "a//b"s,
        "a//"s, "~/a"s, "a\0b"s, std::string(256, 'x'), std::string(3000, 'x')}) {
    CAPTURE(path);
    CHECK(fault_of_relative_path(path));
  }
}

TEST_CASE("paths collide when they are one or one lies in the other") {
  CHECK(do_paths_collide("a", "a"));
  CHECK(do_paths_collide("a/", "a/b"));
  CHECK(do_paths_collide("a/b/c", "a"));
  CHECK_FALSE(do_paths_collide("a", "ab"));
  CHECK_FALSE(do_paths_collide("a/b", "a/c"));
}
