#include "settings/edit_file.h"

#include <doctest/doctest.h>

namespace gt {

namespace {

std::string edited(std::string_view text, std::string_view name,
                   const std::optional<std::string>& value) {
  auto changed = with_setting(text, name, value);
  return changed ? *changed : "error: " + changed.error().message;
}

}  // namespace

TEST_CASE("a setting is added behind all others") {
  CHECK(edited("", "jobs", "4") == "jobs: 4\n");
  CHECK(edited("# mine\ngrace: 5s", "jobs", "4") == "# mine\ngrace: 5s\njobs: 4\n");
}

TEST_CASE("a setting is changed where it stands, and its comment stays") {
  CHECK(edited("jobs: 2  # few\ngrace: 5s\n", "jobs", "4") == "jobs: 4 # few\ngrace: 5s\n");
  CHECK(edited("grace: 5s\njobs: 2", "jobs", "4") == "grace: 5s\njobs: 4");
}

TEST_CASE("a setting is taken out") {
  CHECK(edited("jobs: 2\ngrace: 5s\n", "jobs", std::nullopt) == "grace: 5s\n");
  CHECK(edited("grace: 5s\n", "jobs", std::nullopt) == "grace: 5s\n");
}

TEST_CASE("a value that YAML would read otherwise is quoted") {
  CHECK(edited("", "pager", "") == "pager: \"\"\n");
  CHECK(edited("", "pager", "less # x") == "pager: \"less # x\"\n");
  CHECK(edited("", "pager", "a: b") == "pager: \"a: b\"\n");
  CHECK(edited("", "pager", "less -R") == "pager: less -R\n");
}

TEST_CASE("what only a person can change is refused, and nothing is lost") {
  CHECK(edited("{jobs: 2, grace: 5s}\n", "jobs", "4").starts_with("error: "));
  CHECK(edited("pager: >\n  less\n  -R\njobs: 2\n", "pager", "more").starts_with("error: "));
  CHECK(edited("jobs: [\n", "jobs", "4").starts_with("error: "));
  CHECK(edited("- jobs\n", "jobs", "4").starts_with("error: "));
}

}  // namespace gt
