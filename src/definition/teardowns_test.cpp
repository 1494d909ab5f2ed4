#include "definition/teardowns.h"

#include <doctest/doctest.h>
#include <map>
#include <set>

#include "definition/read_pipeline.h"
#include "definition/references.h"

using namespace gt;

namespace {

using Names = std::set<std::string>;

struct Found {
  std::map<std::string, Names> waits_for, relies_on;
};

Found find(const std::string& steps) {
  const ReadResult read = read_pipeline("steps:\n" + steps, "pipeline.yaml");
  REQUIRE(read.problems.empty());
  const std::vector<Step>& all = read.pipeline->steps;
  StepEdges edges(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const std::string& name : upstream_names(all[i]))
      for (std::uint32_t other = 0; other < all.size(); ++other)
        if (all[other].name == name) edges[i].push_back(other);
  Found found;
  for (const TeardownWork& work : find_teardown_work(all, edges)) {
    for (const auto step : work.waits_for)
      found.waits_for[all[work.teardown].name].insert(all[step].name);
    for (const auto& [step, setup] : work.relies_on)
      found.relies_on[all[step].name].insert(all[setup].name);
  }
  return found;
}

std::string problems_of(const std::string& text) {
  std::string told;
  for (const Problem& problem : read_pipeline(text, "pipeline.yaml").problems)
    told += problem.message + "\n";
  return told;
}

}  // namespace

TEST_CASE("a teardown waits for all that follows from its setup") {
  const Found found = find(R"(
  down: {run: x, teardown: up}
  up: {run: x}
  train: {run: x, needs: up}
  judge: {run: x, needs: train}
  other: {run: x}
)");
  CHECK(found.waits_for == std::map<std::string, Names>{{"down", {"up", "train", "judge"}}});
  CHECK(found.relies_on == std::map<std::string, Names>{{"train", {"up"}}, {"judge", {"up"}}});
}

TEST_CASE("what needs the teardown is not part of its work") {
  const Found found = find(R"(
  up: {run: x}
  train: {run: x, needs: up}
  down: {run: x, teardown: up}
  note: {run: x, needs: [train, down]}
)");
  CHECK(found.waits_for.at("down") == Names{"up", "train"});
  CHECK_FALSE(found.relies_on.contains("note"));
}

TEST_CASE("needs of a teardown say where its work ends") {
  const Found found = find(R"(
  up: {run: x}
  train: {run: x, needs: up}
  judge: {run: x, needs: train}
  publish: {run: x, needs: judge}
  down: {run: x, teardown: up, needs: judge}
)");
  CHECK(found.waits_for.at("down") == Names{"up", "train", "judge"});
  CHECK_FALSE(found.relies_on.contains("publish"));
}

TEST_CASE("what was begun last is ended first, and equals do not wait for each other") {
  const Found found = find(R"(
  network: {run: x}
  cluster: {run: x, needs: network}
  train: {run: x, needs: cluster}
  no_network: {run: x, teardown: network}
  no_cluster: {run: x, teardown: cluster}
  no_cluster_files: {run: x, teardown: cluster}
)");
  CHECK(found.waits_for.at("no_cluster") == Names{"cluster", "train"});
  CHECK(found.waits_for.at("no_cluster_files") == Names{"cluster", "train"});
  CHECK(found.waits_for.at("no_network") ==
        Names{"network", "cluster", "train", "no_cluster", "no_cluster_files"});
  CHECK(found.relies_on.at("train") == Names{"network", "cluster"});
  CHECK(found.relies_on.at("cluster") == Names{"network"});
}

TEST_CASE("a teardown of several setups") {
  const Found found = find(R"(
  a: {run: x}
  b: {run: x}
  one: {run: x, needs: a}
  both: {run: x, needs: [one, b]}
  down: {run: x, teardown: {of: [a, b]}}
)");
  CHECK(found.waits_for.at("down") == Names{"a", "b", "one", "both"});
  CHECK(found.relies_on.at("one") == Names{"a"});
  CHECK(found.relies_on.at("both") == Names{"a", "b"});
}

TEST_CASE("a teardown that something waits for in a circle is told as a cycle") {
  CHECK(problems_of(R"(
steps:
  up: {run: x, needs: note}
  down: {run: x, teardown: up}
  note: {run: x, needs: down}
)") == "the steps wait for each other: up → down → note → up\n");
}

TEST_CASE("what a teardown cannot be is told") {
  CHECK(problems_of(R"(
steps:
  up: {run: x, cache: true, outputs: {x: {type: any}}}
  down: {run: x, teardown: up, trigger_rule: always}
  again: {run: x, teardown: down}
  self: {run: x, teardown: [self]}
  lost: {run: x, teardown: upp}
  none: {run: x, teardown: []}
finally:
  late: {run: x, teardown: up}
)") == "step `up` is cached, but a teardown ends what it begins\n"
       "`trigger_rule` beside `teardown`\n"
       "step `down` is a teardown itself\n"
       "step `self` is a teardown of itself\n"
       "unknown step `upp`\n"
       "`teardown` names no step\n"
       "`teardown` of a step below `finally` names `up`\n");
}
