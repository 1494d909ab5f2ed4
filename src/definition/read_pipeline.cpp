#include "definition/read_pipeline.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "definition/check_pipeline.h"
#include "definition/damage.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/problems.h"
#include "definition/read_parameters.h"
#include "definition/read_settings.h"
#include "definition/read_step.h"

namespace gt {
namespace {

std::string default_name(std::string_view file_name) {
  std::vector<std::string_view> parts = split(file_name, '/');
  std::string_view stem = parts.back();
  stem = stem.substr(0, stem.rfind('.'));
  if (stem == "pipeline" && parts.size() > 1) stem = parts[parts.size() - 2];
  std::string name;
  for (const char c : stem) {
    const bool is_allowed = is_name(std::string_view(&c, 1)) || (c >= '0' && c <= '9') || c == '-';
    name += is_allowed ? c : '_';
  }
  return is_name(name) ? name : "pipeline";
}

void read_secrets(YamlNode node, Pipeline& pipeline, Problems& problems) {
  if (!node.is(YamlKind::list)) {
    return add_wrong_kind(node, "`secrets`", "a list of names", problems);
  }
  if (!check_size(node, "`secrets`", problems)) return;
  for (const YamlNode item : node.items()) {
    auto name = read_name(item, "secret", problems);
    if (name) pipeline.secrets.push_back(std::move(*name));
  }
}

/// Triggers belong to a server; here they must only look like some.
void check_triggers(YamlNode node, Problems& problems) {
  if (!node.is(YamlKind::mapping)) {
    return add_wrong_kind(node, "`triggers`", "a mapping of names to triggers", problems);
  }
  for (const YamlEntry entry : node.entries()) {
    read_name(entry.key, "trigger name", problems);
    if (entry.value.is(YamlKind::mapping)) continue;
    add_wrong_kind(entry.value, fmt::format("trigger `{}`", printable(entry.key.text())),
                   "a mapping, as in {schedule: \"0 6 1 * *\"}", problems);
  }
}

class PipelineReader {
 public:
  PipelineReader(Damage& damage, Problems& problems)
      : problems_(problems), steps_(damage, problems) {}

  Pipeline read(YamlNode root) {
    check_keys(root, pipeline_keys, "the pipeline", problems_);
    pipeline_.defaults = steps_.use_defaults(root.find("defaults"));
    for (const YamlEntry entry : root.entries()) read_key(entry.key.text(), entry.value);
    return std::move(pipeline_);
  }

 private:
  void read_key(std::string_view key, YamlNode node) {
    if (key == "name") {
      pipeline_.name = read_name(node, "`name`", problems_).value_or("");
    } else if (key == "description") {
      pipeline_.description = read_text(node, "`description`", problems_).value_or("");
    } else if (key == "params") {
      pipeline_.params = read_parameters(node, problems_);
    } else if (key == "environment") {
      pipeline_.environment = read_environment(node, problems_);
    } else if (key == "env") {
      pipeline_.variables = read_variables(node, problems_);
    } else if (key == "secrets") {
      read_secrets(node, pipeline_, problems_);
    } else if (key == "triggers") {
      check_triggers(node, problems_);
    } else if (key == "timeout") {
      pipeline_.timeout = read_duration(node, "`timeout`", problems_);
    } else if (key == "max_parallel") {
      const auto value =
          read_integer(node, "`max_parallel`", 1, definition_limits::max_parallel_max, problems_);
      if (value) pipeline_.max_parallel = static_cast<std::uint32_t>(*value);
    } else if (key == "steps") {
      pipeline_.steps = steps_.read_steps(node, "`steps`");
    } else if (key == "finally") {
      pipeline_.finally_steps = steps_.read_steps(node, "`finally`");
    }
  }

  Problems& problems_;
  StepReader steps_;
  Pipeline pipeline_;
};

void sort_and_limit(Problems& problems) {
  std::ranges::stable_sort(problems, {}, &Problem::position);
  const auto [first, last] = std::ranges::unique(problems);
  problems.erase(first, last);
  if (problems.size() <= definition_limits::problems_max) return;
  const std::size_t more = problems.size() - definition_limits::problems_max;
  // Warnings go first, or a file full of them would hide its errors.
  std::ranges::stable_partition(problems,
                                [](const Problem& p) { return p.severity == Severity::error; });
  problems.resize(definition_limits::problems_max);
  std::ranges::stable_sort(problems, {}, &Problem::position);
  const Severity severity = has_error(problems) ? Severity::error : Severity::warning;
  problems.push_back({.severity = severity,
                      .position = problems.back().position,
                      .message = fmt::format("{} more problems are not shown", more)});
}

}  // namespace

ReadResult read_pipeline(std::string_view text, const std::string& file_name) {
  ReadResult result;
  Damage damage;
  const YamlTree tree = parse_yaml(text, result.problems);
  const auto root = tree.root();
  if (root) {
    Pipeline pipeline = PipelineReader(damage, result.problems).read(*root);
    // After a syntax error names may be missing only because they come later.
    if (!tree.is_truncated()) check_pipeline(pipeline, damage, *root, result.problems);
    if (pipeline.name.empty()) pipeline.name = default_name(file_name);
    if (!has_error(result.problems)) result.pipeline = std::move(pipeline);
  } else if (result.problems.empty()) {
    result.problems.push_back(
        error_problem({1, 1}, "the file is empty", "a pipeline with `steps`"));
  }
  sort_and_limit(result.problems);
  return result;
}

}  // namespace gt
