#include "schedule/priority_rule.h"

#include <doctest/doctest.h>

#include "definition/read_pipeline.h"

namespace gt {

namespace {

std::shared_ptr<const Plan> plan_of(const std::string& text,
                                    const std::vector<FileText>& named = {}) {
  ReadResult read = read_pipeline(text, "pipeline.yaml", named_files("pipeline.yaml", named));
  REQUIRE(read.problems.empty());
  return Plan::build(std::make_shared<const Pipeline>(*std::move(read.pipeline)), {});
}

std::int64_t priority(const Plan& plan, const std::string& path) {
  return priorities_of(plan)[plan.find_path(path)];
}

constexpr const char* diamond = R"(
steps:
  first: {run: "true", priority: 1}
  left: {run: "true", needs: first, priority: 10}
  right: {run: "true", needs: first}
  last: {run: "true", needs: [left, right], priority: 100}
  alone: {run: "true"}
)";

}  // namespace

TEST_CASE("without a rule each step has its own priority") {
  CHECK(priorities_of(*plan_of(diamond)).empty());
}

TEST_CASE("downstream, a step has what follows from it, each once, and one for each of them") {
  const auto plan = plan_of(std::string("priority_rule: downstream") + diamond);
  CHECK(priority(*plan, "first") == 1 + (10 + 1) + (0 + 1) + (100 + 1));
  CHECK(priority(*plan, "left") == 10 + (100 + 1));
  CHECK(priority(*plan, "right") == 0 + (100 + 1));
  CHECK(priority(*plan, "last") == 100);
  CHECK(priority(*plan, "alone") == 0);
}

TEST_CASE("upstream, a step has what comes before it") {
  const auto plan = plan_of(std::string("priority_rule: upstream") + diamond);
  CHECK(priority(*plan, "first") == 1);
  CHECK(priority(*plan, "left") == 10 + (1 + 1));
  CHECK(priority(*plan, "last") == 100 + (1 + 1) + (10 + 1) + (0 + 1));
}

TEST_CASE("a step in a group has also what follows from the group") {
  const auto plan = plan_of(R"(
priority_rule: downstream
steps:
  group:
    group:
      steps:
        a: {run: "true"}
        b: {run: "true", needs: a}
  after: {run: "true", needs: group, priority: 5}
)");
  CHECK(priority(*plan, "after") == 5);
  CHECK(priority(*plan, "group.b") == 5 + 1);
  CHECK(priority(*plan, "group.a") == 1 + (5 + 1));
}

TEST_CASE("a called pipeline counts by its own rule, and looks no further than its steps") {
  const std::string called = R"(
steps:
  a: {run: "true", priority: 3}
  b: {run: "true", needs: a}
)";
  const auto plan = plan_of(R"(
priority_rule: downstream
steps:
  call: {pipeline: called.yaml}
  after: {run: "true", needs: call, priority: 5}
)",
                            {{"called.yaml", called}});
  CHECK(priority(*plan, "call.a") == 3);
  CHECK(priority(*plan, "call.b") == 0);
  const auto own = plan_of("steps: {call: {pipeline: called.yaml}}\n",
                           {{"called.yaml", "priority_rule: downstream" + called}});
  CHECK(priority(*own, "call.a") == 3 + 1);
}

}  // namespace gt
