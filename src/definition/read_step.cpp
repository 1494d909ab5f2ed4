#include "definition/read_step.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unordered_set>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/problems.h"
#include "definition/read_approval.h"
#include "definition/read_arguments.h"
#include "definition/read_condition.h"
#include "definition/read_defaults.h"
#include "definition/read_matrix.h"
#include "definition/read_output.h"
#include "definition/read_settings.h"
#include "definition/read_teardown.h"
#include "definition/read_wait.h"

namespace gt {
namespace {

/// What a step may do instead of `run`.
constexpr std::array other_bodies = {"group", "pipeline", "wait", "approve"};

/// A group step may not have what only commands have: say where that belongs instead.
void check_group_step_keys(YamlNode node, std::string_view what, Problems& problems) {
  for (const YamlEntry entry : node.entries()) {
    const std::string_view key = entry.key.text();
    if (group_step_keys.find(key)) continue;
    if (!step_keys.find(key) && !group_keys.find(key)) {
      add_unknown(entry.key, "key", group_step_keys.names(), problems);
      continue;
    }
    const std::string hint = key == "run"           ? "make the command a step inside `group`"
                             : group_keys.find(key) ? "put it below `group`, beside its `steps`"
                             : defaults_keys.find(key)
                                 ? "put it below `defaults` of the `group`, or on the steps inside"
                                 : "put it on the steps inside `group`";
    problems.push_back(error_problem(
        entry.key.position(), fmt::format("{} has `{}` beside `group`", what, key), "", hint));
  }
}

/// As check_group_step_keys, of a step with `pipeline`.
void check_call_keys(YamlNode node, std::string_view what, Problems& problems) {
  for (const YamlEntry entry : node.entries()) {
    const std::string_view key = entry.key.text();
    if (pipeline_step_keys.find(key)) continue;
    if (!step_keys.find(key) && key != "group") {
      add_unknown(entry.key, "key", pipeline_step_keys.names(), problems);
      continue;
    }
    const std::string hint = key == "run" || key == "group"
                                 ? "one step does one thing: make two of it"
                             : key == "inputs" ? "what goes into another pipeline are its `params`"
                                               : "put it into the other file";
    problems.push_back(error_problem(
        entry.key.position(), fmt::format("{} has `{}` beside `pipeline`", what, key), "", hint));
  }
}

/// As check_group_step_keys, of a step that is deferred.
void check_waiting_keys(YamlNode node, std::string_view what, const KeyTable& keys,
                        std::string_view body, Problems& problems) {
  for (const YamlEntry entry : node.entries()) {
    const std::string_view key = entry.key.text();
    if (keys.find(key)) continue;
    const bool is_body = key == "group" || key == "pipeline" || key == "wait" || key == "approve";
    if (!step_keys.find(key) && !is_body) {
      add_unknown(entry.key, "key", keys.names(), problems);
      continue;
    }
    const std::string hint = is_body || key == "run" ? "one step does one thing: make two of it"
                             : key == "outputs" ? "what it gives follows from what it waits for"
                             : key == "inputs"  ? "it reads other steps' outputs directly"
                                                : "it has no process: put it on a step with `run`";
    problems.push_back(error_problem(
        entry.key.position(), fmt::format("{} has `{}` beside `{}`", what, key, body), "", hint));
  }
}

}  // namespace

std::vector<Step> StepReader::read_steps(YamlNode node, std::string_view what) {
  std::vector<Step> steps;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, what, "a mapping of names to steps", problems_);
    return steps;
  }
  if (node.size() == 0 && !node.is_incomplete()) {
    problems_.push_back(
        error_problem(node.position(), fmt::format("{} has no step", what), "at least one step"));
  }
  step_count_ += node.size();
  if (step_count_ > definition_limits::steps_max) {
    problems_.push_back(error_problem(
        node.position(), fmt::format("more than {} steps", definition_limits::steps_max), "fewer",
        "the limit is steps_max; a `matrix` makes many tasks of one step"));
    return steps;
  }
  steps.reserve(node.size());
  for (const YamlEntry entry : node.entries()) steps.push_back(read_step(entry));
  mark_setups(steps);
  return steps;
}

Step StepReader::read_step(YamlEntry entry) {
  const std::size_t problems_before = problems_.size();
  const YamlNode node = entry.value;
  Step step;
  step.position = entry.key.position();
  step.name = read_name(entry.key, "step name", problems_).value_or("");
  step.settings = no_settings_;
  const std::string what = fmt::format("step `{}`", printable(entry.key.text()));
  if (node.is(YamlKind::mapping)) {
    read_body(node, what, step);
    if (const auto inputs = node.find("inputs")) read_inputs(*inputs, step);
    if (const auto needs = node.find("needs")) read_needs(*needs, step);
    if (const auto rule = node.find("trigger_rule")) {
      step.trigger_rule =
          read_word(*rule, "`trigger_rule`", parse_trigger_rule, trigger_rule_words(), problems_)
              .value_or(step.trigger_rule);
    }
    step.settings = read_settings(node, step);
    if (step.is_teardown()) step.trigger_rule = TriggerRule::all_done_setup_success;
  } else {
    add_wrong_kind(node, what, "a mapping with `run`, `group`, `pipeline`, `wait` or `approve`",
                   problems_);
  }
  if (problems_.size() != problems_before) damage_.add(step.position);
  return step;
}

void StepReader::read_body(YamlNode node, std::string_view what, Step& step) {
  if (const auto group = node.find("group")) {
    check_group_step_keys(node, what, problems_);
    step.body = read_group(*group);
    return;
  }
  if (const auto path = node.find("pipeline")) {
    check_call_keys(node, what, problems_);
    auto call = read_call(node, *path);
    if (!call->pipeline) damage_.add(step.position);
    step.body = std::move(call);
    return;
  }
  if (const auto wait = node.find("wait")) {
    check_waiting_keys(node, what, wait_step_keys, "wait", problems_);
    step.body = read_wait(node, *wait, damage_, step.outputs, problems_);
    return;
  }
  if (const auto approve = node.find("approve")) {
    check_waiting_keys(node, what, approve_step_keys, "approve", problems_);
    step.body = read_approval(node, *approve, damage_, step.outputs, problems_);
    return;
  }
  bool is_body_misspelt = false;
  for (const YamlEntry entry : node.entries()) {
    if (step_keys.find(entry.key.text())) continue;
    auto names = step_keys.names();
    for (const char* body : other_bodies) names.emplace_back(body);
    const std::string probable = add_unknown(entry.key, "key", names, problems_);
    is_body_misspelt |= probable == "run" || std::ranges::count(other_bodies, probable) > 0;
  }
  const auto run = node.find("run");
  if (run) {
    step.body = read_command(*run, step);
  } else if (!node.is_incomplete() && !is_body_misspelt) {
    problems_.push_back(
        error_problem(step.position, fmt::format("{} does nothing", what),
                      "`run`, `group` with steps of its own, `pipeline`, `wait` or `approve`"));
  }
  if (const auto outputs = node.find("outputs")) read_outputs(*outputs, step);
}

Command StepReader::read_command(YamlNode node, Step& step) {
  if (node.is(YamlKind::list)) {
    if (node.size() == 0) {
      problems_.push_back(error_problem(node.position(), "`run` is an empty list",
                                        "a command, then its arguments"));
    }
    Argv argv;
    argv.items.reserve(node.size());
    for (const YamlNode item : node.items()) {
      auto word = read_template(item, "an item of `run`", problems_);
      if (word) argv.items.push_back(std::move(*word));
    }
    return argv;
  }
  if (!node.is_scalar() || node.is(YamlKind::null) || trim(node.text()).empty()) {
    problems_.push_back(error_problem(node.position(),
                                      node.is(YamlKind::text)
                                          ? std::string("`run` is empty")
                                          : fmt::format("`run` is {}", describe(node.kind())),
                                      "a script, or a list of a command and its arguments"));
    return Argv{};
  }
  auto script = ShellScript::compile(node.text(), node.origin(), problems_);
  if (script) return *std::move(script);
  damage_.add(step.position);
  return Argv{};
}

std::unique_ptr<Group> StepReader::read_group(YamlNode node) {
  auto group = std::make_unique<Group>();
  check_keys(node, group_keys, "`group`", problems_);
  const auto defaults_outside = defaults_;
  group->defaults = use_defaults(node.find("defaults"));
  if (const auto steps = node.find("steps"))
    group->steps = read_steps(*steps, "`steps` of the group");
  defaults_ = defaults_outside;
  if (const auto outputs = node.find("outputs")) group->outputs = read_group_outputs(*outputs);
  return group;
}

std::unique_ptr<PipelineCall> StepReader::read_call(YamlNode node, YamlNode path) {
  auto call = std::make_unique<PipelineCall>();
  call->position = path.position();
  call->path = path.text();
  call->pipeline = called_(path);
  if (const auto params = node.find("params"))
    call->params = read_arguments(*params, damage_, problems_);
  return call;
}

std::vector<GroupOutput> StepReader::read_group_outputs(YamlNode node) {
  std::vector<GroupOutput> all;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`outputs`", "a mapping of names to expressions", problems_);
    return all;
  }
  if (!check_size(node, "`outputs`", problems_)) return all;
  all.reserve(node.size());
  for (const YamlEntry entry : node.entries()) {
    GroupOutput output;
    output.position = entry.key.position();
    output.name = read_name(entry.key, "output name", problems_).value_or("");
    const std::string what = fmt::format("output `{}`", printable(entry.key.text()));
    if (entry.value.is(YamlKind::mapping)) {
      problems_.push_back(
          error_problem(entry.value.position(), fmt::format("{} is a mapping", what),
                        "an expression, as in \"${{ steps.train.outputs.model }}\""));
      damage_.add(output.position);
    } else if (auto from = read_typed_template(entry.value, what, problems_)) {
      output.from = std::move(*from);
    } else {
      damage_.add(output.position);
    }
    all.push_back(std::move(output));
  }
  return all;
}

void StepReader::read_inputs(YamlNode node, Step& step) {
  if (!node.is(YamlKind::mapping)) {
    return add_wrong_kind(node, "`inputs`", "a mapping of names to expressions", problems_);
  }
  if (!check_size(node, "`inputs`", problems_)) return;
  step.inputs.reserve(node.size());
  for (const YamlEntry entry : node.entries()) {
    Input input;
    input.position = entry.key.position();
    input.name = read_name(entry.key, "input name", problems_).value_or("");
    const std::string what = fmt::format("input `{}`", printable(entry.key.text()));
    std::optional<YamlNode> from = entry.value;
    if (entry.value.is(YamlKind::mapping)) {
      check_keys(entry.value, input_keys, what, problems_);
      from = entry.value.find("from");
      if (const auto copy = entry.value.find("copy")) {
        input.copy = read_boolean(*copy, "`copy`", problems_).value_or(false);
      }
    }
    auto value = from ? read_typed_template(*from, what, problems_) : std::nullopt;
    if (value) {
      input.from = std::move(*value);
    } else {
      damage_.add(input.position);
    }
    step.inputs.push_back(std::move(input));
  }
}

void StepReader::read_outputs(YamlNode node, Step& step) {
  if (!node.is(YamlKind::mapping)) {
    return add_wrong_kind(node, "`outputs`", "a mapping of names to outputs", problems_);
  }
  if (!check_size(node, "`outputs`", problems_)) return;
  step.outputs.reserve(node.size());
  for (const YamlEntry entry : node.entries()) {
    step.outputs.push_back(read_output(entry, damage_, problems_));
  }
  check_collisions(step.outputs, problems_);
}

void StepReader::read_needs(YamlNode node, Step& step) {
  std::unordered_set<std::string_view> known;
  for_each_text(node, "`needs`", problems_, [&](YamlNode item, std::string name) {
    if (!known.insert(item.text()).second) {
      problems_.push_back(
          error_problem(item.position(), fmt::format("`needs` names `{}` twice", printable(name))));
      return;
    }
    step.needs.push_back(std::move(name));
  });
  step.needs.shrink_to_fit();
}

std::shared_ptr<const StepSettings> StepReader::use_defaults(std::optional<YamlNode> node) {
  if (node) defaults_ = read_defaults(*node, *defaults_, problems_);
  return defaults_;
}

std::shared_ptr<const StepSettings> StepReader::read_settings(YamlNode node, const Step& step) {
  const bool holds_steps = step.group() || (!step.command() && !step.is_waiting());
  const bool is_waiting = step.is_waiting();
  // What `defaults` say is for processes.
  const bool has_process = !holds_steps && !is_waiting;
  const auto& defaults = has_process ? defaults_ : no_settings_;
  std::shared_ptr<StepSettings> settings;
  const auto change = [&]() -> StepSettings& {
    if (!settings) settings = std::make_shared<StepSettings>(*defaults);
    return *settings;
  };
  if (auto matrix = read_matrix(node, damage_, problems_)) change().matrix = std::move(matrix);
  if (auto teardown = read_teardown(node, problems_)) change().teardown = std::move(teardown);
  for (const YamlEntry entry : node.entries()) {
    const std::string_view key = entry.key.text();
    const YamlNode value = entry.value;
    if (key == "if") {
      change().condition = read_condition(value, problems_);
      change().condition_position = value.position();
    } else if (key == "description") {
      change().description = read_text(value, "`description`", problems_).value_or("");
    } else if (holds_steps && key == "retry") {
      change().retry = read_group_retry(value, problems_);
      change().origins.push_back({.setting = "retry", .position = entry.key.position()});
    } else if (key == "deadline") {
      change().deadline = read_duration(value, "`deadline`", problems_);
    } else if (is_waiting && key == "timeout") {
      read_setting(entry, SettingPlace::step, change(), problems_);
    } else if (has_process && defaults_keys.find(key)) {
      read_setting(entry, SettingPlace::step, change(), problems_);
    }
  }
  return settings ? std::move(settings) : defaults;
}

}  // namespace gt
