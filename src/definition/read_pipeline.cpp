#include "definition/read_pipeline.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

#include "base/text.h"
#include "definition/check_matrices.h"
#include "definition/check_pipeline.h"
#include "definition/damage.h"
#include "definition/fields.h"
#include "definition/include.h"
#include "definition/limits.h"
#include "definition/pipeline_assets.h"
#include "definition/problems.h"
#include "definition/read_notify.h"
#include "definition/read_parameters.h"
#include "definition/read_settings.h"
#include "definition/read_step.h"
#include "definition/read_triggers.h"

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

class PipelineReader {
 public:
  PipelineReader(Damage& damage, Problems& problems, StepReader::CalledPipelines called)
      : damage_(damage), problems_(problems), steps_(damage, problems, std::move(called)) {}

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
      pipeline_.triggers = read_triggers(node, damage_, problems_);
    } else if (key == "timeout") {
      pipeline_.timeout = read_duration(node, "`timeout`", problems_);
    } else if (key == "deadline") {
      pipeline_.deadline = read_duration(node, "`deadline`", problems_);
    } else if (key == "notify") {
      pipeline_.notify = read_notify(node, "`notify`", problems_);
    } else if (key == "max_parallel") {
      const auto value =
          read_integer(node, "`max_parallel`", 1, definition_limits::max_parallel_max, problems_);
      if (value) pipeline_.max_parallel = static_cast<std::uint32_t>(*value);
    } else if (key == "max_active") {
      const auto value =
          read_integer(node, "`max_active`", 1, definition_limits::max_active_max, problems_);
      if (value) pipeline_.max_active = static_cast<std::uint32_t>(*value);
    } else if (key == "priority") {
      pipeline_.priority = read_priority(node, problems_);
    } else if (key == "priority_rule") {
      pipeline_.priority_rule =
          read_word(node, "`priority_rule`", parse_priority_rule, priority_rule_words(), problems_)
              .value_or(PriorityRule::absolute);
    } else if (key == "steps") {
      pipeline_.steps = steps_.read_steps(node, "`steps`");
    } else if (key == "finally") {
      pipeline_.finally_steps = steps_.read_steps(node, "`finally`");
    } else if (key == "outputs") {
      pipeline_.outputs = steps_.read_group_outputs(node);
    }
  }

  Damage& damage_;
  Problems& problems_;
  StepReader steps_;
  Pipeline pipeline_;
};

/// A pipeline with all that it calls: each file is read and checked once.
class Reading {
 public:
  Reading(std::string_view text, const std::string& file_name, const NamedFiles& named,
          Problems& problems)
      : file_name_(file_name), files_(text, named, problems), problems_(problems) {}

  /// The pipeline of the own file; null if there is nothing in it.
  std::shared_ptr<Pipeline> read() { return read(files_.own()); }
  std::vector<FileText> take_named() { return std::move(files_).take_named(); }

 private:
  std::shared_ptr<Pipeline> read(const OpenedFile& file);
  std::shared_ptr<const Pipeline> read_called(YamlNode path);
  bool may_call(const OpenedFile& file, YamlNode path);
  void count_steps(const Pipeline& pipeline, const std::vector<Step>& steps, std::size_t& count);
  void check_priority_rule(const Pipeline& pipeline, YamlNode root, std::size_t steps);
  void find_receivers(Pipeline& pipeline, YamlNode root);

  const std::string& file_name_;
  PipelineFiles files_;
  Problems& problems_;
  Damage damage_;
  CalledTypes types_;
  std::unordered_map<const Pipeline*, std::size_t> step_counts_;
  std::vector<const OpenedFile*> open_;
  std::unordered_map<std::uint16_t, std::shared_ptr<const Pipeline>> read_;
  /// nullopt: nobody has looked. In it none: there is no such file.
  std::optional<std::optional<Receivers>> receivers_;
};

std::shared_ptr<Pipeline> Reading::read(const OpenedFile& file) {
  open_.push_back(&file);
  const auto composed = put_together(file, files_, problems_);
  const YamlTree& tree = composed ? *composed : file.tree;
  std::shared_ptr<Pipeline> pipeline;
  if (const auto root = tree.root()) {
    PipelineReader reader(damage_, problems_, [this](YamlNode path) { return read_called(path); });
    pipeline = std::make_shared<Pipeline>(reader.read(*root));
    if (pipeline->name.empty())
      pipeline->name = default_name(file.number == 0 ? file_name_ : file.path);
    std::size_t count = 0;
    count_steps(*pipeline, pipeline->steps, count);
    count_steps(*pipeline, pipeline->finally_steps, count);
    step_counts_[pipeline.get()] = count;
    check_priority_rule(*pipeline, *root, count);
    find_receivers(*pipeline, *root);
    // After a syntax error names may be missing only because they come later.
    if (!tree.is_truncated()) {
      types_[pipeline.get()] = check_pipeline(
          *pipeline, {.damage = damage_, .files = files_, .called = types_}, *root, problems_);
      // More would take long to walk through, and is refused.
      if (count <= definition_limits::steps_max) {
        check_matrices(*pipeline, damage_, problems_);
        check_assets(*pipeline, problems_);
      }
    }
  }
  open_.pop_back();
  return pipeline;
}

void Reading::check_priority_rule(const Pipeline& pipeline, YamlNode root, std::size_t steps) {
  using definition_limits::priority_rule_steps_max;
  if (pipeline.priority_rule == PriorityRule::absolute || steps <= priority_rule_steps_max) return;
  problems_.push_back(
      error_problem(root.find("priority_rule")->position(),
                    fmt::format("`priority_rule` of more than {} steps", priority_rule_steps_max),
                    "absolute", "the limit is priority_rule_steps_max"));
}

/// Receivers are told of runs, and a called pipeline has none of its own.
void Reading::find_receivers(Pipeline& pipeline, YamlNode root) {
  if (!files_.has_others()) return;
  if (!receivers_) {
    receivers_.emplace();
    const OpenedFile* const file = files_.open_if_there(receivers_file, root.position());
    if (file != nullptr) *receivers_ = read_receivers(file->tree, problems_);
  }
  if (root.find("notify"))
    check_notify(pipeline.notify, *receivers_ ? &**receivers_ : nullptr, problems_);
  else if (*receivers_)
    pipeline.notify = (*receivers_)->defaults;
}

/// What a called pipeline has counts as often as it is called.
void Reading::count_steps(const Pipeline& pipeline, const std::vector<Step>& steps,
                          std::size_t& count) {
  using definition_limits::steps_max;
  for (const Step& step : steps) {
    ++count;
    const PipelineCall* const call = step.call();
    if (call && call->pipeline) {
      const std::size_t before = count;
      count = std::min(count + step_counts_[call->pipeline.get()], steps_max + 1);
      if (count > steps_max && before <= steps_max)
        problems_.push_back(error_problem(
            call->position,
            fmt::format("with what it calls, the pipeline has more than {} steps", steps_max),
            "fewer", "the limit is steps_max; a `matrix` makes many tasks of one step"));
    } else if (step.group()) {
      count_steps(pipeline, step.group()->steps, count);
    }
  }
}

bool Reading::may_call(const OpenedFile& file, YamlNode path) {
  const auto add = [&](std::string message, std::string expected, std::string hint = {}) {
    problems_.push_back(
        error_problem(path.position(), std::move(message), std::move(expected), std::move(hint)));
    return false;
  };
  if (const auto first = std::ranges::find(open_, &file); first != open_.end()) {
    std::string way;
    const auto name = [&](const OpenedFile& one) {
      return printable(one.path.empty() ? file_name_ : one.path);
    };
    for (auto at = first; at != open_.end(); ++at) way += name(**at) + " → ";
    return add(fmt::format("the pipelines call each other: {}{}", way, name(file)),
               "pipelines without a cycle");
  }
  if (open_.size() > definition_limits::pipeline_depth_max)
    return add(fmt::format("pipelines call each other more than {} levels deep",
                           definition_limits::pipeline_depth_max),
               "fewer levels", "the limit is pipeline_depth_max");
  if (file.tree.root()) return !file.tree.is_truncated();
  const bool is_told = std::ranges::any_of(
      problems_, [&](const Problem& one) { return one.position.file == file.number; });
  return !is_told &&
         add(fmt::format("`pipeline` names `{}`, which has nothing in it", printable(file.path)),
             "a pipeline with `steps`");
}

std::shared_ptr<const Pipeline> Reading::read_called(YamlNode path) {
  const OpenedFile* const file = files_.open(path, "`pipeline`");
  if (!file || !may_call(*file, path)) return nullptr;
  const auto known = read_.find(file->number);
  if (known != read_.end()) return known->second;
  auto pipeline = read(*file);
  // What could not be checked has no outputs that are known.
  if (pipeline && !types_.contains(pipeline.get())) pipeline = nullptr;
  return read_[file->number] = std::move(pipeline);
}

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

ReadResult read_pipeline(std::string_view text, const std::string& file_name,
                         const NamedFiles& named) {
  ReadResult result;
  Reading reading(text, file_name, named, result.problems);
  auto pipeline = reading.read();
  if (!pipeline && result.problems.empty()) {
    result.problems.push_back(
        error_problem({1, 1}, "the file is empty", "a pipeline with `steps`"));
  }
  if (pipeline && !has_error(result.problems)) result.pipeline = std::move(*pipeline);
  result.named = reading.take_named();
  sort_and_limit(result.problems);
  return result;
}

}  // namespace gt
