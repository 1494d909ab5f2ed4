#include "definition/pushed_names.h"

#include <doctest/doctest.h>

using namespace gt;

TEST_CASE("a pipeline of a pushed project has the project's name in front") {
  Pipeline pipeline;
  pipeline.name = "train";
  pipeline.triggers.push_back({.name = "after",
                               .rule = RunEndRule{"prepare"},
                               .condition = {},
                               .condition_position = {},
                               .params = {},
                               .position = {}});
  put_into_project("sales", pipeline);
  CHECK(pipeline.name == "sales.train");
  CHECK(project_of_pipeline(pipeline.name) == "sales");
  CHECK(std::get<RunEndRule>(pipeline.triggers.front().rule).pipeline == "sales.prepare");
}

TEST_CASE("a pipeline of a folder that is served keeps its name") {
  Pipeline pipeline;
  pipeline.name = "train";
  put_into_project(project_of_pipeline("train"), pipeline);
  CHECK(pipeline.name == "train");
}
