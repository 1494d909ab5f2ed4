#include "definition/read_teardown.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/problems.h"

namespace gt {
namespace {

void read_setups(YamlNode node, Teardown& teardown, Problems& problems) {
  for_each_text(node, "`teardown`", problems, [&](YamlNode item, std::string name) {
    if (std::ranges::count(teardown.of, name) > 0) {
      problems.push_back(error_problem(
          item.position(), fmt::format("`teardown` names `{}` twice", printable(name))));
      return;
    }
    teardown.of.push_back(std::move(name));
  });
}

}  // namespace

std::optional<Teardown> read_teardown(YamlNode step, Problems& problems) {
  const auto node = step.find("teardown");
  if (!node) return std::nullopt;
  const std::size_t problems_before = problems.size();
  Teardown teardown;
  teardown.position = node->position();
  if (node->is(YamlKind::mapping)) {
    check_keys(*node, teardown_keys, "`teardown`", problems);
    if (const auto of = node->find("of")) read_setups(*of, teardown, problems);
    if (const auto fails_run = node->find("fails_run"))
      teardown.fails_run = read_boolean(*fails_run, "`fails_run`", problems).value_or(false);
  } else {
    read_setups(*node, teardown, problems);
  }
  if (problems.size() != problems_before) return std::nullopt;
  if (teardown.of.empty()) {
    problems.push_back(error_problem(teardown.position, "`teardown` names no step",
                                     "the steps whose work it ends"));
    return std::nullopt;
  }
  const auto rule = step.find("trigger_rule");
  if (rule && rule->text() != to_text(TriggerRule::all_done_setup_success)) {
    problems.push_back(error_problem(
        rule->position(), "`trigger_rule` beside `teardown`", "no `trigger_rule`",
        "a teardown starts when its work has ended and a setup of it has succeeded; `if` can "
        "narrow that"));
  }
  return teardown;
}

void mark_setups(std::vector<Step>& steps) {
  std::unordered_set<std::string_view> setups;
  for (const Step& step : steps)
    if (step.is_teardown())
      setups.insert(step.settings->teardown->of.begin(), step.settings->teardown->of.end());
  if (setups.empty()) return;
  for (Step& step : steps) step.is_setup = setups.contains(step.name);
}

}  // namespace gt
