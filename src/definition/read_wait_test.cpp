#include "definition/read_wait.h"

#include <doctest/doctest.h>

#include "definition/golden_test.h"
#include "definition/read_pipeline.h"
#include "definition/render_problems.h"

using namespace gt;

TEST_CASE("wrong waits and approvals yield all their problems, each at its place") {
  check_golden("wrong_waits.txt", [](const std::string& text) {
    const ReadResult result = read_pipeline(text, "pipeline.yaml");
    CHECK_FALSE(result.pipeline);
    const ProblemSource source{.file_name = "pipeline.yaml", .text = text};
    return render_problems(result.problems, std::span(&source, 1), Colors::none);
  });
}

TEST_CASE("the fields of an approval are its outputs, with their types") {
  const ReadResult result = read_pipeline(R"(
steps:
  asks:
    approve: {message: Go on?, fields: {n: {type: integer}, any: {enum: [a, 1]}}}
    timeout: 1h
    on_timeout: skip
  uses:
    run: echo ${{ steps.asks.outputs.n + 1 }} ${{ steps.asks.outputs.any }}
)",
                                          "pipeline.yaml");
  REQUIRE(result.pipeline);
  const Step& asks = result.pipeline->steps[0];
  CHECK(asks.is_waiting());
  CHECK(asks.approval()->on_timeout == Unmet::skip);
  REQUIRE(asks.outputs.size() == 2);
  CHECK(std::get<ValueType>(asks.outputs[0].type) == ValueType::integer);
  CHECK(std::get<ValueType>(asks.outputs[1].type) == ValueType::any);
}
