#include "definition/references.h"

#include <unordered_set>

namespace gt {

Place place_of(WaitTextKind kind) {
  switch (kind) {
    case WaitTextKind::setting:
      return Place::wait;
    case WaitTextKind::request:
      return Place::wait_request;
    case WaitTextKind::condition:
      return Place::wait_condition;
    case WaitTextKind::message:
      return Place::approve;
  }
  return Place::wait;
}

void for_each_reference(const Step& step, const ReferenceVisitor& visit) {
  const auto visit_all = [&](Place place, const Template& text) {
    if (text.is_literal()) return;
    text.for_each_reference([&](const Reference& reference) { visit(place, reference); });
  };
  for (const Input& input : step.inputs) visit_all(Place::input, input.from);
  if (const auto& matrix = step.settings->matrix) {
    for (const MatrixAxis& axis : matrix->axes) {
      visit_all(Place::matrix, axis.values);
      for (const Template& value : axis.listed_values) visit_all(Place::matrix, value);
    }
  }
  if (step.settings->condition) visit_all(Place::condition, *step.settings->condition);
  for (const Variable& variable : step.settings->variables.variables) {
    visit_all(Place::variable, variable.value);
  }
  if (const PipelineCall* call = step.call())
    for (const Argument& argument : call->params) visit_all(Place::argument, argument.value);
  for (const WaitText& text : texts_of_wait(step)) visit_all(place_of(text.kind), *text.text);
  const Command* command = step.command();
  if (!command) return;
  if (const auto* argv = std::get_if<Argv>(command)) {
    for (const Template& item : argv->items) visit_all(Place::command, item);
  } else {
    visit_all(Place::command, std::get<ShellScript>(*command).source());
  }
}

std::string_view step_referred_to(const Reference& reference) {
  if (reference.path.size() < 2 || reference.path[0] != "steps") return {};
  return reference.path[1];
}

std::vector<std::string> upstream_names(const Step& step) {
  std::vector<std::string> names = step.needs;
  std::unordered_set<std::string_view> known(step.needs.begin(), step.needs.end());
  if (step.is_teardown())
    for (const std::string& setup : step.settings->teardown->of)
      if (known.insert(setup).second) names.push_back(setup);
  for_each_reference(step, [&](Place, const Reference& reference) {
    const std::string_view name = step_referred_to(reference);
    if (!name.empty() && known.insert(name).second) names.emplace_back(name);
  });
  return names;
}

}  // namespace gt
