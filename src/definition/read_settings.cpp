#include "definition/read_settings.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/glob.h"
#include "base/text.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/paths.h"
#include "definition/problems.h"

namespace gt {
namespace {

bool is_variable_name(std::string_view name) {
  return is_name(name) && name.find('-') == std::string_view::npos;
}

bool check_variable_name(YamlNode node, std::string_view name, Problems& problems) {
  if (!is_variable_name(name)) {
    problems.push_back(
        error_problem(node.position(),
                      fmt::format("`{}` is no name for an environment variable", printable(name)),
                      "a letter or `_`, then letters, digits and `_`"));
    return false;
  }
  if (name.starts_with("GEARTRAIN_")) {
    problems.push_back(error_problem(
        node.position(),
        fmt::format("`{}`: names that start with GEARTRAIN_ are set by Geartrain", name),
        "another name"));
    return false;
  }
  return true;
}

void read_inherited(YamlNode node, VariableSettings& variables, Problems& problems) {
  if (!check_size(node, "`inherit`", problems)) return;
  for_each_text(node, "`inherit`", problems, [&](YamlNode item, std::string name) {
    if (!check_variable_name(item, name, problems)) return;
    if (std::ranges::find(variables.inherit, name) == variables.inherit.end()) {
      variables.inherit.push_back(std::move(name));
    }
  });
}

std::vector<int> read_exit_codes(YamlNode node, Problems& problems) {
  std::vector<int> codes;
  const auto read_one = [&](YamlNode item) {
    if (const auto code = read_integer(item, "`exit_codes`", 1, 255, problems)) {
      codes.push_back(static_cast<int>(*code));
    }
  };
  if (!node.is(YamlKind::list)) {
    read_one(node);
    return codes;
  }
  for (const YamlNode item : node.items()) read_one(item);
  return codes;
}

std::vector<Cause> read_causes(YamlNode node, Problems& problems) {
  std::vector<Cause> causes;
  const auto read_one = [&](YamlNode item) {
    const auto cause = read_word(item, "`on`", parse_cause, cause_words(), problems);
    if (!cause) return;
    if (*cause == Cause::cancelled || *cause == Cause::run_timeout || *cause == Cause::upstream ||
        *cause == Cause::invalid_expression) {
      problems.push_back(error_problem(
          item.position(), fmt::format("`on`: cause `{}` is never repeated", to_text(*cause)),
          "a cause that another attempt may heal"));
      return;
    }
    causes.push_back(*cause);
  };
  if (!node.is(YamlKind::list)) {
    read_one(node);
    return causes;
  }
  for (const YamlNode item : node.items()) read_one(item);
  return causes;
}

}  // namespace

std::optional<std::string> read_path(YamlNode node, std::string_view what, Problems& problems) {
  auto path = read_text(node, what, problems);
  if (!path) return std::nullopt;
  if (auto fault = fault_of_relative_path(*path)) {
    problems.push_back(error_problem(
        node.position(), fmt::format("{} `{}` {}", what, printable(*path), fault->message),
        fault->expected, fault->hint));
    return std::nullopt;
  }
  return path;
}

std::optional<EnvironmentDefinition> read_environment(YamlNode node, Problems& problems) {
  EnvironmentDefinition environment{.python = std::nullopt, .position = node.position()};
  if (node.is(YamlKind::text) && node.text() == "none") return environment;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`environment`", "`none`, or a mapping with `python`", problems);
    return std::nullopt;
  }
  check_keys(node, environment_keys, "`environment`", problems);
  const auto python_node = node.find("python");
  if (!python_node) return std::nullopt;
  if (!check_keys(*python_node, python_keys, "`python`", problems)) return std::nullopt;
  PythonEnvironment python;
  if (const auto requirements = python_node->find("requirements")) {
    auto path = read_path(*requirements, "`requirements`", problems);
    if (!path) return std::nullopt;
    python.requirements = std::move(*path);
  }
  if (const auto interpreter = python_node->find("interpreter")) {
    auto text = read_text(*interpreter, "`interpreter`", problems);
    if (text && text->empty()) add_wrong_kind(*interpreter, "`interpreter`", "a program", problems);
    if (!text || text->empty()) return std::nullopt;
    python.interpreter = std::move(*text);
  }
  environment.python = std::move(python);
  return environment;
}

VariableSettings read_variables(YamlNode node, Problems& problems) {
  VariableSettings variables;
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`env`", "a mapping of names to texts", problems);
    return variables;
  }
  if (!check_size(node, "`env`", problems)) return variables;
  for (const YamlEntry entry : node.entries()) {
    const std::string_view name = entry.key.text();
    if (name == "inherit" && entry.value.is(YamlKind::list)) {
      read_inherited(entry.value, variables, problems);
      continue;
    }
    if (!check_variable_name(entry.key, name, problems)) continue;
    auto value = read_template(entry.value, fmt::format("variable `{}`", name), problems);
    variables.variables.push_back({.name = std::string(name),
                                   .value = value ? std::move(*value) : Template(),
                                   .position = entry.key.position()});
  }
  for (const Variable& variable : variables.variables) {
    if (std::ranges::find(variables.inherit, variable.name) == variables.inherit.end()) continue;
    problems.push_back(
        error_problem(variable.position,
                      fmt::format("variable `{}` is set here and inherited too", variable.name),
                      "one of the two"));
  }
  variables.variables.shrink_to_fit();
  return variables;
}

Retry read_retry(YamlNode node, Problems& problems) {
  Retry retry;
  const auto read_limit = [&](YamlNode limit, std::string_view what) {
    const auto value = read_integer(limit, what, 0, definition_limits::retry_limit_max, problems);
    if (value) retry.limit = static_cast<std::uint32_t>(*value);
  };
  if (node.is(YamlKind::integer)) {
    read_limit(node, "`retry`");
    return retry;
  }
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`retry`", "a number of further attempts, or a mapping with `limit`",
                   problems);
    return retry;
  }
  check_keys(node, retry_keys, "`retry`", problems);
  if (const auto limit = node.find("limit")) read_limit(*limit, "`limit`");
  if (const auto delay = node.find("delay")) {
    retry.delay = read_duration(*delay, "`delay`", problems).value_or(retry.delay);
  }
  if (const auto backoff = node.find("backoff")) {
    retry.backoff = read_word(*backoff, "`backoff`", parse_backoff, backoff_words(), problems)
                        .value_or(retry.backoff);
  }
  if (const auto max_delay = node.find("max_delay")) {
    retry.max_delay = read_duration(*max_delay, "`max_delay`", problems).value_or(retry.max_delay);
    if (retry.max_delay < retry.delay) {
      problems.push_back(
          error_problem(max_delay->position(), "`max_delay` is shorter than `delay`"));
    }
  } else {
    retry.max_delay = std::max(retry.max_delay, retry.delay);
  }
  if (const auto jitter = node.find("jitter")) {
    retry.jitter = read_number(*jitter, "`jitter`", 0, 1, problems).value_or(0);
  }
  if (const auto on = node.find("on")) retry.on = read_causes(*on, problems);
  if (const auto codes = node.find("exit_codes")) {
    retry.exit_codes = read_exit_codes(*codes, problems);
    if (!retry.on.empty() && std::ranges::find(retry.on, Cause::exit) == retry.on.end()) {
      problems.push_back(error_problem(
          codes->position(), "`exit_codes` without cause `exit` in `on`", "`exit` in `on`"));
    }
  }
  return retry;
}

Resources read_resources(YamlNode node, Problems& problems) {
  Resources resources;
  if (!check_keys(node, resources_keys, "`resources`", problems)) return resources;
  if (const auto cpu = node.find("cpu")) {
    constexpr double cpu_min = 0.001;
    constexpr double cpu_max = 10'000;
    resources.cpu = read_number(*cpu, "`cpu`", cpu_min, cpu_max, problems).value_or(resources.cpu);
  }
  if (const auto memory = node.find("memory")) {
    const auto bytes = memory->is(YamlKind::text) || memory->is(YamlKind::integer)
                           ? parse_bytes(memory->text())
                           : error(Errc::invalid, "is {}", describe(memory->kind()));
    if (bytes) {
      resources.memory_bytes = *bytes;
    } else {
      problems.push_back(error_problem(memory->position(),
                                       fmt::format("`memory`: {}", bytes.error().message),
                                       "bytes, as in 512Mi or 2Gi", bytes.error().hint));
    }
  }
  return resources;
}

CacheSetting read_cache(YamlNode node, Problems& problems) {
  if (node.is(YamlKind::boolean)) {
    const auto value = read_boolean(node, "`cache`", problems);
    return {.mode = *value ? CacheSetting::Mode::always : CacheSetting::Mode::never, .expires = {}};
  }
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`cache`", "true, false, or a mapping with `expires`", problems);
    return {};
  }
  CacheSetting cache{.mode = CacheSetting::Mode::always, .expires = {}};
  check_keys(node, cache_keys, "`cache`", problems);
  if (const auto expires = node.find("expires")) {
    cache.expires = read_duration(*expires, "`expires`", problems);
  }
  return cache;
}

std::vector<std::string> read_code(YamlNode node, Problems& problems) {
  std::vector<std::string> patterns;
  for_each_text(node, "`code`", problems, [&](YamlNode item, std::string pattern) {
    if (pattern.starts_with('!')) {
      problems.push_back(error_problem(
          item.position(), fmt::format("`code`: `{}` starts with `!`", printable(pattern)),
          "patterns of what is read", "there is no exclusion; name what the step reads"));
    } else if (const auto glob = Glob::parse_selection(pattern); !glob) {
      problems.push_back(error_problem(item.position(),
                                       fmt::format("`code`: {}", glob.error().message),
                                       "a pattern such as src/**.py", glob.error().hint));
    }
    patterns.push_back(std::move(pattern));
  });
  return patterns;
}

}  // namespace gt
