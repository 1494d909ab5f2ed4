#include "definition/check_pipeline.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "base/text.h"
#include "definition/check_arguments.h"
#include "definition/check_references.h"
#include "definition/check_step.h"
#include "definition/json_schema.h"
#include "definition/limits.h"
#include "definition/problems.h"
#include "definition/references.h"
#include "definition/scope.h"
#include "definition/step_order.h"
#include "definition/teardowns.h"

namespace gt {
namespace {

/// Inputs of a group, and parameters of a called pipeline, that a step decides: their names behind
/// "inputs" and "params".
using Decided = std::set<std::pair<std::string_view, std::string_view>>;

class PipelineChecker {
 public:
  PipelineChecker(const Pipeline& pipeline, const CheckedFiles& checked, Problems& problems)
      : file_{.pipeline = pipeline, .damage = checked.damage, .params = {}, .variables = {}},
        checked_(checked),
        problems_(problems) {}

  TypeFields check(YamlNode root);

 private:
  void check_variables();
  void check_triggers();
  void check_trigger_condition(const Template& condition, const Trigger& trigger,
                               const PlaceTypes& types);
  /// The types of their `env`, which sees what `env` of the pipeline sees.
  TypeFields check_defaults(const StepSettings& defaults);
  /// `node` is the mapping of the steps.
  void check_scope(StepScope& scope, std::optional<YamlNode> node);
  StepEdges read_edges(const StepScope& scope, std::optional<YamlNode> node);
  void check_need(const StepScope& scope, const Step& step, std::string_view need,
                  Position position);
  void check_teardown(const StepScope& scope, const Step& step);
  void check_setup(const Step& step);
  void report_cycle(const StepScope& scope, const std::vector<std::uint32_t>& cycle);
  void check_group(StepScope& scope, const Step& step, StepTypes types,
                   std::optional<YamlNode> node);
  void check_call(StepScope& scope, const Step& step);
  void check_finally(const StepScope& root_scope, YamlNode root);

  FileTypes file_;
  const CheckedFiles& checked_;
  Problems& problems_;
};

/// Of the item `name` below `needs`.
Position position_of_need(std::optional<YamlNode> step, std::string_view name) {
  const auto needs = step ? step->find("needs") : std::nullopt;
  if (!needs) return {};
  for (const YamlNode item : needs->items()) {
    if (item.text() == name) return item.position();
  }
  return needs->position();
}

/// The values of a mapping of steps, which has an entry for each step.
std::vector<YamlNode> step_nodes(std::optional<YamlNode> node) {
  std::vector<YamlNode> nodes;
  if (!node) return nodes;
  for (const YamlEntry entry : node->entries()) nodes.push_back(entry.value);
  return nodes;
}

std::optional<YamlNode> node_at(const std::vector<YamlNode>& nodes, std::size_t index) {
  return index < nodes.size() ? std::optional(nodes[index]) : std::nullopt;
}

TypeFields PipelineChecker::check(YamlNode root) {
  for (const Parameter& parameter : file_.pipeline.params) {
    file_.params.emplace_back(parameter.name, type_of_schema(parameter.schema));
  }
  check_variables();
  check_triggers();
  StepScope scope(file_.pipeline.steps);
  scope.default_variables = check_defaults(*file_.pipeline.defaults);
  check_scope(scope, root.find("steps"));
  if (!file_.pipeline.finally_steps.empty()) check_finally(scope, root);
  return check_group_outputs(file_, scope, nullptr, file_.pipeline.outputs, problems_);
}

void PipelineChecker::check_variables() {
  const PlaceTypes types(file_, Place::pipeline_variable, nullptr, nullptr);
  TypeFields fields = check_variable_types(file_.pipeline.variables, types, problems_);
  file_.variables = std::move(fields);
}

void PipelineChecker::check_triggers() {
  for (const Trigger& trigger : file_.pipeline.triggers) {
    const auto* const run_end = std::get_if<RunEndRule>(&trigger.rule);
    constexpr Place places[] = {Place::trigger, Place::run_end_trigger, Place::webhook_trigger,
                                Place::file_trigger, Place::asset_trigger};
    const Place place = places[trigger.rule.index()];
    const PlaceTypes types(file_, place, nullptr, nullptr);
    if (run_end != nullptr && run_end->pipeline == file_.pipeline.name && !trigger.condition)
      problems_.push_back(error_problem(
          trigger.position,
          fmt::format("trigger `{}` waits for runs of its own pipeline: each would begin the next",
                      trigger.name),
          "another pipeline, or an `if` that ends it"));
    if (trigger.condition) check_trigger_condition(*trigger.condition, trigger, types);
    check_arguments({.given = trigger.params,
                     .declared = file_.pipeline.params,
                     .pipeline = "the pipeline",
                     .position = trigger.position},
                    types, problems_);
  }
}

void PipelineChecker::check_trigger_condition(const Template& condition, const Trigger& trigger,
                                              const PlaceTypes& types) {
  if (!check_references(condition, types, problems_)) return;
  const Type type = infer(condition, types, problems_);
  if (type.fits(Type::Kind::boolean)) return;
  problems_.push_back(error_problem(trigger.condition_position,
                                    fmt::format("`if` is of type {}", type.to_text()),
                                    "a boolean, as in `event.run.state == 'failed'`"));
}

TypeFields PipelineChecker::check_defaults(const StepSettings& defaults) {
  const PlaceTypes types(file_, Place::pipeline_variable, nullptr, nullptr);
  return check_variable_types(defaults.variables, types, problems_);
}

void PipelineChecker::check_finally(const StepScope& root_scope, YamlNode root) {
  StepScope scope(file_.pipeline.finally_steps);
  scope.ended = &root_scope;
  scope.default_variables = root_scope.default_variables;
  for (const Step& step : file_.pipeline.finally_steps) {
    const Step* other = root_scope.find(step.name);
    if (!other) continue;
    problems_.push_back(
        error_problem(step.position,
                      fmt::format("step `{}` has the name of the step in {}", step.name,
                                  checked_.files.place(other->position, step.position)),
                      "a name of its own"));
  }
  check_scope(scope, root.find("finally"));
}

void PipelineChecker::check_scope(StepScope& scope, std::optional<YamlNode> node) {
  const auto nodes = step_nodes(node);
  const StepOrder order = order_steps(read_edges(scope, node));
  for (const auto& cycle : order.cycles) report_cycle(scope, cycle);
  for (const std::uint32_t index : order.sequence) {
    const Step& step = (*scope.steps)[index];
    StepTypes types = check_step(file_, scope, step, problems_);
    if (step.call())
      check_call(scope, step);
    else if (step.group())
      check_group(scope, step, std::move(types), node_at(nodes, index));
  }
}

StepEdges PipelineChecker::read_edges(const StepScope& scope, std::optional<YamlNode> node) {
  const auto nodes = step_nodes(node);
  StepEdges edges(scope.steps->size());
  for (std::uint32_t i = 0; i < edges.size(); ++i) {
    const Step& step = (*scope.steps)[i];
    const auto add_edge = [&](std::string_view name) {
      const auto found = scope.index_of.find(name);
      if (found == scope.index_of.end() || found->second == i) return false;
      edges[i].push_back(found->second);
      return true;
    };
    for (const std::string& need : step.needs) {
      if (add_edge(need)) continue;
      // What is not shown needs no search for its place.
      const bool is_shown = problems_.size() <= definition_limits::problems_max;
      check_need(scope, step, need,
                 is_shown ? position_of_need(node_at(nodes, i), need) : step.position);
    }
    if (step.is_teardown()) {
      check_teardown(scope, step);
      for (const std::string& setup : step.settings->teardown->of) add_edge(setup);
    }
    if (step.is_setup) check_setup(step);
    for_each_reference(
        step, [&](Place, const Reference& reference) { add_edge(step_referred_to(reference)); });
    std::ranges::sort(edges[i]);
    edges[i].erase(std::ranges::unique(edges[i]).begin(), edges[i].end());
  }
  for (TeardownWork& work : find_teardown_work(*scope.steps, edges)) {
    auto& before = edges[work.teardown];
    before.insert(before.end(), work.waits_for.begin(), work.waits_for.end());
    std::ranges::sort(before);
    before.erase(std::ranges::unique(before).begin(), before.end());
  }
  return edges;
}

void PipelineChecker::check_teardown(const StepScope& scope, const Step& step) {
  const Teardown& teardown = *step.settings->teardown;
  for (const std::string& name : teardown.of) {
    const Step* setup = scope.find(name);
    if (name == step.name) {
      problems_.push_back(
          error_problem(teardown.position, fmt::format("step `{}` is a teardown of itself", name)));
    } else if (setup && setup->is_teardown()) {
      problems_.push_back(error_problem(teardown.position,
                                        fmt::format("step `{}` is a teardown itself", name),
                                        "a step that begins something"));
    } else if (!setup && scope.ended && scope.ended->find(name)) {
      problems_.push_back(error_problem(
          teardown.position,
          fmt::format("`teardown` of a step below `finally` names `{}`", printable(name)),
          "another step below `finally`", "put the teardown below `steps`, beside its setup"));
    } else if (!setup) {
      add_unknown_step(file_.pipeline, scope, name, teardown.position, problems_);
    }
  }
}

/// What a setup begins is gone when its teardown has run: a result that is kept would be a lie.
void PipelineChecker::check_setup(const Step& step) {
  const auto& origins = step.settings->origins;
  const auto origin = std::ranges::find(origins, "cache", &SettingOrigin::setting);
  if (origin == origins.end() || origin->is_default ||
      step.settings->cache.mode != CacheSetting::Mode::always)
    return;
  problems_.push_back(error_problem(
      origin->position,
      fmt::format("step `{}` is cached, but a teardown ends what it begins", step.name),
      "no `cache`", "setups and teardowns are executed every time"));
}

void PipelineChecker::check_need(const StepScope& scope, const Step& step, std::string_view need,
                                 Position position) {
  if (need == step.name) {
    problems_.push_back(error_problem(position, fmt::format("step `{}` needs itself", need)));
    return;
  }
  if (scope.ended && scope.ended->find(need)) {
    problems_.push_back(error_problem(
        position, fmt::format("`needs` of a step below `finally` names `{}`", need),
        "another step below `finally`", "it starts after all other steps have ended anyway"));
    return;
  }
  add_unknown_step(file_.pipeline, scope, need, position, problems_);
}

void PipelineChecker::report_cycle(const StepScope& scope,
                                   const std::vector<std::uint32_t>& cycle) {
  // Told from the step that stands first in the file, in the order of the arrows' work: a → b means
  // that b comes after a.
  const auto first = std::ranges::min_element(cycle);
  const auto start = static_cast<std::size_t>(first - cycle.begin());
  std::string text = (*scope.steps)[*first].name;
  for (std::size_t i = 1; i <= cycle.size(); ++i) {
    const std::size_t at = (start + cycle.size() - i % cycle.size()) % cycle.size();
    text += " → " + (*scope.steps)[cycle[at]].name;
  }
  problems_.push_back(error_problem((*scope.steps)[*first].position,
                                    fmt::format("the steps wait for each other: {}", text),
                                    "steps without a cycle"));
}

void PipelineChecker::check_call(StepScope& scope, const Step& step) {
  const auto& called = step.call()->pipeline;
  if (!called) return;
  scope.group_outputs.emplace(&step, checked_.called.at(called.get()));
}

void PipelineChecker::check_group(StepScope& scope, const Step& step, StepTypes types,
                                  std::optional<YamlNode> node) {
  const auto group_node = node ? node->find("group") : std::nullopt;
  StepScope inner(step.group()->steps);
  inner.inputs = std::move(types.inputs);
  inner.outer_axes = std::move(types.axes);
  inner.outer_axes.insert(inner.outer_axes.end(), scope.outer_axes.begin(), scope.outer_axes.end());
  inner.default_variables = check_defaults(*step.group()->defaults);
  check_scope(inner, group_node ? group_node->find("steps") : std::nullopt);
  scope.group_outputs.emplace(
      &step, check_group_outputs(file_, inner, &step, step.group()->outputs, problems_));
}

}  // namespace

TypeFields check_pipeline(const Pipeline& pipeline, const CheckedFiles& checked, YamlNode root,
                          Problems& problems) {
  return PipelineChecker(pipeline, checked, problems).check(root);
}

}  // namespace gt
