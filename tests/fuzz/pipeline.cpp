// A pipeline file, from its text to a plan; a parameter file.
#include <algorithm>

#include "base/text.h"
#include "definition/limits.h"
#include "definition/parameters.h"
#include "definition/read_pipeline.h"
#include "definition/render_problems.h"
#include "definition/yaml/tree.h"
#include "fuzz/targets.h"
#include "plan/plan.h"

namespace gt {

namespace {

// Aliases share children, so a small file may have many ways to the same node.
constexpr std::size_t visits_max = 100'000;

void visit(YamlNode node, std::size_t& visits, std::size_t lines) {
  if (++visits > visits_max) return;
  GT_CHECK(node.position().line >= 1 && node.position().line <= lines + 1, "a node is in the file");
  GT_CHECK(is_utf8(node.text()), "texts are UTF-8");
  std::size_t children = 0;
  for (const YamlNode item : node.items()) {
    ++children;
    visit(item, visits, lines);
  }
  for (const auto& [key, value] : node.entries()) {
    ++children;
    visit(key, visits, lines);
    visit(value, visits, lines);
  }
  GT_CHECK(node.is_scalar() || children == node.size(), "size() counts the children");
}

void check_problems(const Problems& problems, std::string_view text) {
  for (const Problem& problem : problems)
    GT_CHECK(!problem.message.empty(), "a problem says what is wrong");
  const ProblemSource source{"pipeline.yaml", text};
  const ProblemSources sources(&source, 1);
  GT_CHECK(is_utf8(render_problems(problems, sources, Colors::none)), "problems can be shown");
  for (const Problem& problem : problems) problem_to_json(problem, sources);
}

void check_plan(Pipeline&& read) {
  const auto pipeline = std::make_shared<const Pipeline>(std::move(read));
  BoundParameters bound = bind_parameters(*pipeline, {});
  if (has_error(bound.problems)) return;
  const auto plan = Plan::build(pipeline, std::move(bound.values));
  for (StepIndex step = 0; step < plan->steps().size(); ++step)
    GT_CHECK(plan->find_path(plan->path(step)) != no_step, "a step is found by its path");
}

}  // namespace

void fuzz_pipeline(std::string_view bytes) {
  const auto lines = static_cast<std::size_t>(std::ranges::count_if(
      bytes, [](char character) { return character == '\n' || character == '\r'; }));
  Problems problems;
  const YamlTree tree = parse_yaml(bytes, problems);
  std::size_t visits = 0;
  // Unicode has further line breaks, all of them of three bytes at most.
  if (const auto root = tree.root()) visit(*root, visits, lines + bytes.size() / 2);
  check_problems(problems, bytes);

  ReadResult result = read_pipeline(bytes, "pipeline.yaml");
  GT_CHECK(result.pipeline.has_value() != has_error(result.problems),
           "a pipeline, or what is wrong");
  GT_CHECK(result.problems.size() <= definition_limits::problems_max + 1, "problems have a limit");
  check_problems(result.problems, bytes);
  if (result.pipeline) check_plan(*std::move(result.pipeline));

  check_problems(read_parameter_file(bytes).problems, bytes);
}

}  // namespace gt
