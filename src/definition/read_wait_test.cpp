#include "definition/read_wait.h"

#include <doctest/doctest.h>

#include "definition/golden_test.h"
#include "definition/read_pipeline.h"
#include "definition/references.h"
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

TEST_CASE("a wait for something outside gives what it finds, with its types") {
  const ReadResult result = read_pipeline(R"(
secrets: [KEY]
steps:
  file: {wait: {file: "in/*.csv", stable: 10s, every: 1m}, timeout: 6h, on_timeout: skip}
  run: {wait: {run: extract, since: "2026-01-01T00:00Z", on_failure: fail}}
  http:
    wait:
      http: "https://example.org/jobs/${{ steps.run.outputs.name }}"
      method: POST
      headers: {Authorization: "Bearer ${{ secrets.KEY }}", X-Number: 7}
      body: "{}"
      status: [200, 202, 200]
      when: response.json.state == "done" && params.n > 0
  sql: {wait: {sql: SELECT n FROM t, database: data.db, when: row.n > 3}, timeout: 1h, on_timeout: succeed}
  uses:
    run: echo ${{ steps.file.outputs.path }} ${{ length(steps.file.outputs.paths) }}
      ${{ steps.http.outputs.status + 1 }} ${{ steps.sql.outputs.row.n }}
params: {n: {type: integer, default: 1}}
)",
                                          "pipeline.yaml");
  for (const Problem& problem : result.problems) FAIL_CHECK(problem.message);
  REQUIRE(result.pipeline);
  const auto& steps = result.pipeline->steps;
  const Wait& file = *steps[0].wait();
  CHECK(std::get<WaitFile>(file.condition).stable == std::chrono::seconds(10));
  CHECK(file.every == std::chrono::minutes(1));
  CHECK(file.on_timeout == Overdue::skip);
  CHECK_FALSE(file.is_for_time());
  CHECK(steps[0].settings->timeout == std::chrono::hours(6));
  const Wait& run = *steps[1].wait();
  CHECK(std::get<WaitRun>(run.condition).on_failure == RunFailure::fail);
  const auto& http = std::get<WaitHttp>(steps[2].wait()->condition);
  CHECK(http.method == WaitMethod::post);
  CHECK(http.statuses == std::vector<int>{200, 202});
  CHECK(http.headers.size() == 2);
  CHECK(steps[2].wait()->every == Wait::default_every);
  CHECK(upstream_names(steps[2]) == std::vector<std::string>{"run"});
  CHECK(steps[3].wait()->on_timeout == Overdue::succeed);
  CHECK(std::get<ValueType>(steps[3].outputs.at(0).type) == ValueType::object);
}
