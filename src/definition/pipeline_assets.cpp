#include "definition/pipeline_assets.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>

#include "definition/problems.h"
#include "definition/references.h"

namespace gt {

namespace {

/// `matrix`: the outermost one around it, or its own; nullptr: none. Those of called files are told
/// when these are read.
using AssetVisitor =
    std::function<void(const Output& output, const Matrix* matrix, bool is_called)>;

void for_each_asset(const std::vector<Step>& steps, const Matrix* matrix, bool is_called,
                    const AssetVisitor& visit) {
  for (const Step& step : steps) {
    const Matrix* own = matrix;
    if (own == nullptr && !is_called && step.settings->matrix) own = &*step.settings->matrix;
    for (const Output& output : step.outputs)
      if (!output.asset.empty()) visit(output, own, is_called);
    if (step.call() != nullptr && step.call()->pipeline) {
      for_each_asset(step.call()->pipeline->steps, own, true, visit);
      for_each_asset(step.call()->pipeline->finally_steps, own, true, visit);
    } else if (step.group() != nullptr) {
      for_each_asset(step.group()->steps, own, is_called, visit);
    }
  }
}

void for_each_asset(const Pipeline& pipeline, const AssetVisitor& visit) {
  for_each_asset(pipeline.steps, nullptr, false, visit);
  for_each_asset(pipeline.finally_steps, nullptr, false, visit);
}

void collect_used(const Template& text, std::set<std::string>& names) {
  text.for_each_reference([&](const Reference& reference) {
    if (reference.path.size() > 1 && reference.path[0] == "assets")
      names.insert(std::string(reference.path[1]));
  });
}

void collect_used(const Pipeline& pipeline, std::set<std::string>& names);

void collect_used(const std::vector<Step>& steps, std::set<std::string>& names) {
  for (const Step& step : steps) {
    for_each_reference(step, [&](Place, const Reference& reference) {
      if (reference.path.size() > 1 && reference.path[0] == "assets")
        names.insert(std::string(reference.path[1]));
    });
    if (step.call() != nullptr && step.call()->pipeline) {
      collect_used(*step.call()->pipeline, names);
    } else if (const Group* const group = step.group()) {
      for (const GroupOutput& output : group->outputs) collect_used(output.from, names);
      collect_used(group->steps, names);
    }
  }
}

void collect_used(const Pipeline& pipeline, std::set<std::string>& names) {
  collect_used(pipeline.steps, names);
  collect_used(pipeline.finally_steps, names);
  for (const GroupOutput& output : pipeline.outputs) collect_used(output.from, names);
}

}  // namespace

std::vector<std::string> updated_assets(const Pipeline& pipeline) {
  std::set<std::string> names;
  for_each_asset(pipeline,
                 [&](const Output& output, const Matrix*, bool) { names.insert(output.asset); });
  return {names.begin(), names.end()};
}

std::vector<std::string> used_assets(const Pipeline& pipeline) {
  std::set<std::string> names;
  collect_used(pipeline, names);
  return {names.begin(), names.end()};
}

void check_assets(const Pipeline& pipeline, Problems& problems) {
  for_each_asset(pipeline, [&](const Output& output, const Matrix* matrix, bool is_called) {
    if (matrix == nullptr) return;
    problems.push_back(error_problem(
        is_called ? matrix->position : output.position,
        fmt::format("asset `{}` is updated in a matrix: each item would replace the others'",
                    output.asset),
        "an output of a step without a matrix",
        "a step after the matrix can put its items together"));
  });
  const auto updated = updated_assets(pipeline);
  for (const Trigger& trigger : pipeline.triggers) {
    const auto* const rule = std::get_if<AssetRule>(&trigger.rule);
    if (rule == nullptr || trigger.condition) continue;
    for (const std::string& asset : assets_of(*rule))
      if (std::ranges::binary_search(updated, asset))
        problems.push_back(error_problem(
            trigger.position,
            fmt::format("trigger `{}` waits for asset `{}`, which its own pipeline updates: each "
                        "run could begin the next",
                        trigger.name, asset),
            "another asset, or an `if` that ends it"));
  }
}

}  // namespace gt
