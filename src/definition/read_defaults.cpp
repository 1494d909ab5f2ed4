#include "definition/read_defaults.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/keys.h"
#include "definition/problems.h"
#include "definition/read_settings.h"

namespace gt {
namespace {

void check_defaults_keys(YamlNode node, Problems& problems) {
  for (const YamlEntry entry : node.entries()) {
    const std::string_view key = entry.key.text();
    if (defaults_keys.find(key)) continue;
    if (!step_keys.find(key) && !group_step_keys.find(key)) {
      add_unknown(entry.key, "key", defaults_keys.names(), problems);
      continue;
    }
    problems.push_back(
        error_problem(entry.key.position(), fmt::format("`defaults` has `{}`", printable(key)),
                      fmt::format("{}", fmt::join(defaults_keys.names(), ", ")),
                      "what a step does, reads and makes, and when, is said by the step itself"));
  }
}

void note_origin(StepSettings& settings, std::string setting, Position position,
                 SettingPlace place) {
  std::erase_if(settings.origins,
                [&](const SettingOrigin& origin) { return origin.setting == setting; });
  settings.origins.push_back({.setting = std::move(setting),
                              .position = position,
                              .is_default = place == SettingPlace::defaults});
}

/// A variable that is set here is not inherited any more, and the other way round.
void add_variables(YamlNode node, SettingPlace place, StepSettings& settings, Problems& problems) {
  VariableSettings nearer = read_variables(node, problems);
  VariableSettings& all = settings.variables;
  const auto is_set = [&](const std::string& name) {
    return std::ranges::find(nearer.variables, name, &Variable::name) != nearer.variables.end();
  };
  const auto is_inherited = [&](const std::string& name) {
    return std::ranges::find(nearer.inherit, name) != nearer.inherit.end();
  };
  std::erase_if(all.variables, [&](const Variable& variable) {
    return is_set(variable.name) || is_inherited(variable.name);
  });
  std::erase_if(all.inherit,
                [&](const std::string& name) { return is_set(name) || is_inherited(name); });
  for (Variable& variable : nearer.variables) {
    variable.is_default = place == SettingPlace::defaults;
    note_origin(settings, "env." + variable.name, variable.position, place);
    all.variables.push_back(std::move(variable));
  }
  for (std::string& name : nearer.inherit) {
    note_origin(settings, "env." + name, node.find("inherit")->position(), place);
    all.inherit.push_back(std::move(name));
  }
}

}  // namespace

void read_setting(YamlEntry entry, SettingPlace place, StepSettings& settings, Problems& problems) {
  const std::string_view key = entry.key.text();
  const YamlNode value = entry.value;
  if (key == "env") return add_variables(value, place, settings, problems);
  if (key == "retry") {
    settings.retry = read_retry(value, problems);
  } else if (key == "timeout") {
    settings.timeout = read_duration(value, "`timeout`", problems);
  } else if (key == "resources") {
    settings.resources = read_resources(value, problems);
  } else if (key == "pool") {
    settings.pools = read_pools(value, problems);
  } else if (key == "connections") {
    settings.connections = read_connections(value, problems);
  } else if (key == "priority") {
    settings.priority = read_priority(value, problems);
  } else if (key == "cache") {
    settings.cache = read_cache(value, problems);
  } else if (key == "environment") {
    settings.environment = read_environment(value, problems);
  } else if (key == "code") {
    settings.code = read_code(value, problems);
    settings.has_code = true;
  } else if (key == "working_directory") {
    settings.working_directory = read_path(value, "`working_directory`", problems);
  }
  note_origin(settings, std::string(key), entry.key.position(), place);
}

std::shared_ptr<const StepSettings> read_defaults(YamlNode node, const StepSettings& outer,
                                                  Problems& problems) {
  auto settings = std::make_shared<StepSettings>(outer);
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`defaults`", "a mapping of settings, as in {retry: 2, timeout: 1h}",
                   problems);
    return settings;
  }
  check_defaults_keys(node, problems);
  for (const YamlEntry entry : node.entries()) {
    if (!defaults_keys.find(entry.key.text())) continue;
    read_setting(entry, SettingPlace::defaults, *settings, problems);
  }
  return settings;
}

}  // namespace gt
