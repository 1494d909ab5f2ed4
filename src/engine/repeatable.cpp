#include "engine/repeatable.h"

#include <algorithm>

#include "definition/references.h"

namespace gt {

namespace {

/// What the run is called, when it was, how a step ended: another time these are others.
bool sees_the_run(const Reference& reference) {
  const auto& path = reference.path;
  if (path.empty()) return false;
  if (path[0] == "run" || path[0] == "assets") return true;
  return path[0] == "steps" && (path.size() < 3 || path[2] != "outputs");
}

bool is_alike(const Template& text) {
  bool alike = true;
  text.for_each_reference(
      [&](const Reference& reference) { alike = alike && !sees_the_run(reference); });
  return alike;
}

bool is_alike(const Pipeline& pipeline);

bool is_alike(const Step& step) {
  if (step.settings->cache.expires || step.is_waiting()) return false;
  // Its success is an event, also when others have updated the asset since.
  if (std::ranges::any_of(step.outputs, [](const Output& output) { return !output.asset.empty(); }))
    return false;
  bool alike = true;
  for_each_reference(
      step, [&](Place, const Reference& reference) { alike = alike && !sees_the_run(reference); });
  if (step.call()) return alike && is_alike(*step.call()->pipeline);
  const Group* const group = step.group();
  if (!group) return alike;
  for (const GroupOutput& output : group->outputs) alike = alike && is_alike(output.from);
  return alike &&
         std::ranges::all_of(group->steps, [](const Step& inner) { return is_alike(inner); });
}

bool is_alike(const Pipeline& pipeline) {
  const auto alike = [](const auto& step) { return is_alike(step); };
  return std::ranges::all_of(pipeline.steps, alike) &&
         std::ranges::all_of(pipeline.finally_steps, alike) &&
         std::ranges::all_of(pipeline.variables.variables,
                             [](const Variable& variable) { return is_alike(variable.value); }) &&
         std::ranges::all_of(pipeline.outputs,
                             [](const GroupOutput& output) { return is_alike(output.from); });
}

}  // namespace

std::optional<KeptResults> repeatable_results(const LiveRun& run) {
  const RunOptions& options = run.record().options;
  if (run.record().state != RunState::succeeded || options.no_cache || !options.from.empty() ||
      !options.refresh.empty())
    return std::nullopt;
  KeptResults kept;
  for (TaskIndex index = 0; index < run.tasks().size(); ++index) {
    if (!is_success(run.task(index).state)) return std::nullopt;
    if (run.task(index).kind != TaskKind::step) continue;
    ++kept.tasks;
    if (const auto* outputs = run.outputs(index))
      for (const Value& output : *outputs)
        for_each_artifact(output, [&](const Artifact& artifact) {
          kept.artifacts.push_back(
              {.name = {.digest = artifact.digest, .is_folder = artifact.is_folder},
               .bytes = artifact.bytes});
        });
  }
  if (!is_alike(run.plan().pipeline())) return std::nullopt;
  return kept;
}

}  // namespace gt
