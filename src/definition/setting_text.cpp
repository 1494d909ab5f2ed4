#include "definition/setting_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace gt {
namespace {

std::string text_of(const Retry& retry) {
  std::string text = std::to_string(retry.limit);
  if (retry.delay > Duration::zero()) {
    text += fmt::format(", {} from {}", to_text(retry.backoff), format_duration(retry.delay));
  }
  if (retry.whole) text += ", as a whole";
  if (retry.growth.memory_factor > 1) {
    text += fmt::format(", memory {} times", retry.growth.memory_factor);
  }
  if (retry.on.empty() && retry.exit_codes.empty()) return text;
  std::vector<std::string> causes;
  for (const Cause cause : retry.on) causes.emplace_back(to_text(cause));
  for (const int code : retry.exit_codes) causes.push_back(fmt::format("exit code {}", code));
  return text + fmt::format(", on {}", fmt::join(causes, ", "));
}

std::string text_of(const Resources& resources) {
  std::string text = fmt::format("cpu {}", resources.cpu);
  if (resources.memory_bytes > 0) {
    text += fmt::format(", memory {}", format_bytes(resources.memory_bytes));
  }
  if (resources.gpus > 0) text += fmt::format(", gpu {}", resources.gpus);
  return text;
}

std::string text_of(const std::vector<PoolSlots>& pools) {
  std::vector<std::string> texts;
  for (const PoolSlots& wanted : pools) {
    texts.push_back(wanted.slots == 1 ? wanted.pool
                                      : fmt::format("{}: {}", wanted.pool, wanted.slots));
  }
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

std::string text_of(const std::vector<WantedConnection>& connections) {
  std::vector<std::string_view> names;
  for (const WantedConnection& wanted : connections) names.push_back(wanted.name);
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string text_of(const CacheSetting& cache) {
  if (cache.expires) return fmt::format("expires {}", format_duration(*cache.expires));
  return cache.mode == CacheSetting::Mode::always ? "true" : "false";
}

std::string text_of(const EnvironmentDefinition& environment) {
  if (!environment.python) return "none";
  return fmt::format("{} by {}", environment.python->requirements, environment.python->interpreter);
}

std::string variable_text(const VariableSettings& variables, std::string_view name) {
  const auto found = std::ranges::find(variables.variables, name, &Variable::name);
  return found == variables.variables.end() ? "inherited" : std::string(found->value.source());
}

}  // namespace

std::string setting_text(const StepSettings& settings, std::string_view setting) {
  constexpr std::string_view of_variables = "env.";
  if (setting.starts_with(of_variables)) {
    return variable_text(settings.variables, setting.substr(of_variables.size()));
  }
  if (setting == "retry") return text_of(settings.retry);
  if (setting == "timeout") return settings.timeout ? format_duration(*settings.timeout) : "";
  if (setting == "resources") return text_of(settings.resources);
  if (setting == "pool") return text_of(settings.pools);
  if (setting == "connections") return text_of(settings.connections);
  if (setting == "priority") return std::to_string(settings.priority);
  if (setting == "cache") return text_of(settings.cache);
  if (setting == "environment") return settings.environment ? text_of(*settings.environment) : "";
  if (setting == "code") return fmt::format("{}", fmt::join(settings.code, ", "));
  if (setting == "working_directory") return settings.working_directory.value_or("");
  return "";
}

}  // namespace gt
