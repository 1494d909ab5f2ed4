#include "definition/pipeline_assets.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "definition/pushed_names.h"
#include "definition/read_pipeline.h"

using namespace gt;

namespace {

std::string problems_of(const std::string& text) {
  std::string all;
  for (const Problem& one : read_pipeline(text, "pipeline.yaml").problems)
    all += fmt::format("{}:{} {}\n", one.position.line, one.position.column, one.message);
  return all;
}

Pipeline read(const std::string& text) {
  ReadResult result = read_pipeline(text, "pipeline.yaml");
  REQUIRE_MESSAGE(result.pipeline, problems_of(text));
  return *std::move(result.pipeline);
}

}  // namespace

TEST_CASE("a pipeline updates what its outputs name, and uses what its expressions name") {
  const Pipeline pipeline = read(R"(
steps:
  a: {run: [a, "${{ assets.rate }}"], outputs: {x: {path: x, asset: flights}}}
  g:
    inputs: {w: "${{ assets.weather }}"}
    group:
      steps:
        b: {run: [b], outputs: {y: {type: integer, asset: rows}}}
finally:
  c: {run: [c], if: "${{ assets.rate > 1 }}", outputs: {z: {path: z, asset: flights}}}
)");
  CHECK(updated_assets(pipeline) == std::vector<std::string>{"flights", "rows"});
  CHECK(used_assets(pipeline) == std::vector<std::string>{"rate", "weather"});
}

TEST_CASE("an asset in a matrix is refused, whether the matrix is its own or around it") {
  CHECK(
      problems_of("steps:\n"
                  "  a: {run: [a], matrix: {n: [1, 2]}, outputs: {x: {path: x, asset: flights}}}\n"
                  "  g:\n"
                  "    matrix: {n: [1]}\n"
                  "    group: {steps: {b: {run: [b], outputs: {y: {path: y, asset: rows}}}}}\n") ==
      "2:48 asset `flights` is updated in a matrix: each item would replace the others'\n"
      "5:45 asset `rows` is updated in a matrix: each item would replace the others'\n");
}

TEST_CASE("a trigger that waits for an asset of its own pipeline is refused without an `if`") {
  const std::string steps = "steps: {a: {run: [a], outputs: {x: {path: x, asset: flights}}}}\n";
  CHECK(
      problems_of(steps + "triggers: {t: {assets: [weather, flights]}}\n") ==
      "2:12 trigger `t` waits for asset `flights`, which its own pipeline updates: each run could "
      "begin the next\n");
  CHECK(problems_of(steps + "triggers: {t: {assets: flights, if: \"${{ true }}\"}}\n").empty());
}

TEST_CASE("rules of assets are read as they are meant") {
  const auto rule_of = [](const std::string& rule) {
    const Pipeline pipeline =
        read("steps: {a: {run: [a]}}\ntriggers: {t: {assets: " + rule + "}}\n");
    return compact_json(to_json(std::get<AssetRule>(pipeline.triggers[0].rule)));
  };
  CHECK(rule_of("flights") == R"("flights")");
  CHECK(rule_of("[a, b]") == R"({"all":["a","b"]})");
  CHECK(rule_of("{any: [a, {all: [b, c]}]}") == R"({"any":["a",{"all":["b","c"]}]})");
}

TEST_CASE("wrong rules of assets are told at their places") {
  const auto problems = [](const std::string& rule) {
    return problems_of("steps: {a: {run: [a]}}\ntriggers: {t: {assets: " + rule + "}}\n");
  };
  CHECK(problems("[]") == "2:24 `assets` names none\n");
  CHECK(problems("{}") == "2:24 `assets` is empty\n");
  CHECK(problems("{all: [a], any: [b]}") == "2:40 `assets` has both `all` and `any`\n");
  CHECK(problems("7").starts_with("2:24 "));
  CHECK(problems("[a b]").starts_with("2:25 "));
  CHECK(problems("{al: [a]}").starts_with("2:25 "));
  CHECK(problems("{all: [[[[[[[[[a]]]]]]]]]}").find("nested more than 8 deep") !=
        std::string::npos);
  CHECK(problems("a, file: x.csv").find("has both `file` and `assets`") != std::string::npos);
}

TEST_CASE("triggers of a pushed project wait for its own assets") {
  Pipeline pipeline = read("name: p\nsteps: {a: {run: [a]}}\ntriggers: {t: {assets: [a, b]}}\n");
  put_into_project("sales", pipeline);
  CHECK(assets_of(std::get<AssetRule>(pipeline.triggers[0].rule)) ==
        std::vector<std::string>{"sales.a", "sales.b"});
  CHECK(name_beside("sales.p", "a") == "sales.a");
  CHECK(name_beside("p", "a") == "a");
}
