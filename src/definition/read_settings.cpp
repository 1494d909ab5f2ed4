#include "definition/read_settings.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/device_list.h"
#include "base/glob.h"
#include "base/text.h"
#include "definition/connection_names.h"
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

std::optional<std::int64_t> read_bytes(YamlNode node, std::string_view what, Problems& problems) {
  auto bytes = node.is(YamlKind::text) || node.is(YamlKind::integer)
                   ? parse_bytes(node.text())
                   : error(Errc::invalid, "is {}", describe(node.kind()));
  if (bytes) return *bytes;
  problems.push_back(error_problem(node.position(),
                                   fmt::format("{}: {}", what, bytes.error().message),
                                   "bytes, as in 512Mi or 2Gi", bytes.error().hint));
  return std::nullopt;
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
        *cause == Cause::no_capacity || *cause == Cause::rejected ||
        *cause == Cause::invalid_expression || *cause == Cause::marked) {
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

namespace {

/// What retries of steps and of groups have in common. False when there is no mapping to go on
/// with.
bool read_retry_times(YamlNode node, const KeyTable& keys, Retry& retry, Problems& problems) {
  const auto read_limit = [&](YamlNode limit, std::string_view what) {
    const auto value = read_integer(limit, what, 0, definition_limits::retry_limit_max, problems);
    if (value) retry.limit = static_cast<std::uint32_t>(*value);
  };
  if (node.is(YamlKind::integer)) {
    read_limit(node, "`retry`");
    return false;
  }
  if (!node.is(YamlKind::mapping)) {
    add_wrong_kind(node, "`retry`", "a number of further attempts, or a mapping with `limit`",
                   problems);
    return false;
  }
  check_keys(node, keys, "`retry`", problems);
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
  return true;
}

Growth read_growth(YamlNode node, Problems& problems) {
  constexpr double factor_max = 100;
  Growth growth;
  std::optional<YamlNode> factor = node;
  if (node.is(YamlKind::mapping)) {
    check_keys(node, grow_keys, "`grow`", problems);
    factor = node.find("memory");
    if (const auto most = node.find("memory_max")) {
      growth.memory_bytes_max = read_bytes(*most, "`memory_max`", problems).value_or(0);
    }
  }
  if (!factor) return growth;
  const std::string_view what = node.is(YamlKind::mapping) ? "`memory`" : "`grow`";
  const auto times = read_number(*factor, what, 1, factor_max, problems);
  growth.memory_factor = times.value_or(1);
  if (times && *times <= 1) {
    problems.push_back(error_problem(factor->position(), fmt::format("{} is 1", what),
                                     "more than 1", "leave it out if nothing is to grow"));
  }
  return growth;
}

void check_growth(YamlNode node, const Retry& retry, Problems& problems) {
  const bool repeats_it =
      retry.on.empty() || std::ranges::find(retry.on, Cause::out_of_memory) != retry.on.end();
  if (!repeats_it) {
    problems.push_back(error_problem(node.position(),
                                     "`grow` without cause `out_of_memory` in `on`",
                                     "`out_of_memory` in `on`"));
  }
  if (retry.limit == 0) {
    problems.push_back(error_problem(node.position(), "`grow` without a further attempt",
                                     "a `limit` of at least 1"));
  }
}

}  // namespace

Retry read_group_retry(YamlNode node, Problems& problems) {
  Retry retry;
  if (!read_retry_times(node, group_retry_keys, retry, problems)) return retry;
  if (const auto whole = node.find("whole")) {
    retry.whole = read_boolean(*whole, "`whole`", problems).value_or(false);
  }
  return retry;
}

Retry read_retry(YamlNode node, Problems& problems) {
  Retry retry;
  if (!read_retry_times(node, retry_keys, retry, problems)) return retry;
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
  if (const auto grow = node.find("grow")) {
    const std::size_t problems_before = problems.size();
    retry.growth = read_growth(*grow, problems);
    if (problems.size() == problems_before) check_growth(*grow, retry, problems);
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
    resources.memory_bytes = read_bytes(*memory, "`memory`", problems).value_or(0);
  }
  if (const auto gpu = node.find("gpu")) {
    const auto gpus = read_integer(*gpu, "`gpu`", 0, devices_max, problems);
    resources.gpus = static_cast<std::uint32_t>(gpus.value_or(0));
  }
  return resources;
}

std::int64_t read_priority(YamlNode node, Problems& problems) {
  constexpr std::int64_t most = definition_limits::priority_max;
  return read_integer(node, "`priority`", -most, most, problems).value_or(0);
}

std::vector<PoolSlots> read_pools(YamlNode node, Problems& problems) {
  std::vector<PoolSlots> pools;
  const auto add = [&](YamlNode name_node, std::int64_t slots) {
    auto name = read_name(name_node, "`pool`", problems);
    if (!name) return;
    if (std::ranges::find(pools, *name, &PoolSlots::pool) != pools.end()) {
      problems.push_back(error_problem(name_node.position(),
                                       fmt::format("`pool`: `{}` stands twice", *name), "it once"));
      return;
    }
    pools.push_back({*std::move(name), slots});
  };
  const auto read_one = [&](YamlNode item) {
    if (item.is(YamlKind::text)) return add(item, 1);
    if (!item.is(YamlKind::mapping)) {
      return add_wrong_kind(item, "`pool`", "the name of a pool, or {name: slots}", problems);
    }
    for (const YamlEntry entry : item.entries()) {
      const auto slots = read_integer(entry.value, fmt::format("`{}`", printable(entry.key.text())),
                                      1, definition_limits::pool_slots_max, problems);
      add(entry.key, slots.value_or(1));
    }
  };
  if (!node.is(YamlKind::list)) {
    read_one(node);
  } else if (check_size(node, "`pool`", problems)) {
    for (const YamlNode item : node.items()) read_one(item);
  }
  return pools;
}

std::vector<WantedConnection> read_connections(YamlNode node, Problems& problems) {
  std::vector<WantedConnection> connections;
  const auto add = [&](YamlNode item) {
    auto name = read_name(item, "`connections`", problems);
    if (!name) return;
    // Names that differ in this alone would have one variable.
    const std::string suffix = variable_suffix(*name);
    const auto same = std::ranges::find(
        connections, suffix, [](const WantedConnection& one) { return variable_suffix(one.name); });
    if (same == connections.end()) {
      connections.push_back({*std::move(name), item.position()});
      return;
    }
    problems.push_back(
        error_problem(item.position(),
                      same->name == *name
                          ? fmt::format("`connections`: `{}` stands twice", *name)
                          : fmt::format("`connections`: `{}` and `{}` have the same variable, {}{}",
                                        same->name, *name, connection_prefix, suffix),
                      same->name == *name ? "it once" : "one of the two"));
  };
  if (!node.is(YamlKind::list)) {
    add(node);
  } else if (check_size(node, "`connections`", problems)) {
    for (const YamlNode item : node.items()) add(item);
  }
  return connections;
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
