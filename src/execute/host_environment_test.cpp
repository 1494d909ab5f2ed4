#include "execute/host_environment.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace gt {

TEST_CASE("a step sees a clean environment") {
  const std::vector<std::string> caller = {"PATH=/bin",
                                           "HOME=/people/a",
                                           "HTTPS_PROXY=http://proxy",
                                           "AWS_SECRET_ACCESS_KEY=x",
                                           "PYTHONPATH=/elsewhere",
                                           "GEARTRAIN_SECRET_TOKEN=x",
                                           "GEARTRAIN_CONNECTION_DB=pg://u:x@h",
                                           "GEARTRAIN_VARIABLE_LEVEL=x",
                                           "GEARTRAIN_TOKEN=gt_all",
                                           "GEARTRAIN_HOME=/people/a/.geartrain",
                                           "GEARTRAIN_ATTEMPT=gt-outer",
                                           "TMPDIR=/tmp",
                                           "LANG=C.UTF-8",
                                           "no assignment"};
  Launch launch;
  launch.outside_name = "gt-inner";
  launch.variables = {{"MODE", "fast"}, {"LANG", "de_DE"}, {"TMPDIR", "/other"}};
  const auto environment = step_environment(
      caller, {{"PATH", "/venv/bin:/bin"}, {"VIRTUAL_ENV", "/venv"}}, launch, "/attempt/tmp");
  CHECK(environment == std::vector<std::string>{
                           "GEARTRAIN_ATTEMPT=gt-inner", "GEARTRAIN_HOME=/people/a/.geartrain",
                           "HOME=/people/a", "HTTPS_PROXY=http://proxy", "LANG=de_DE", "MODE=fast",
                           "PATH=/venv/bin:/bin", "TMPDIR=/attempt/tmp", "VIRTUAL_ENV=/venv"});
}

TEST_CASE("the caller's own environment is there") {
  CHECK(std::ranges::any_of(own_environment(),
                            [](const auto& entry) { return entry.starts_with("PATH="); }));
}

}  // namespace gt
