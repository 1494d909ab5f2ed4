/// Reads `steps:` and what is below it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/problem.h"
#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

/// One pass over one file; shares what its steps have in common.
class StepReader {
 public:
  /// Reads the pipeline whose path the node is; null, and told, where it cannot be had.
  using CalledPipelines = std::function<std::shared_ptr<const Pipeline>(YamlNode)>;

  StepReader(Damage& damage, Problems& problems, CalledPipelines called)
      : damage_(damage),
        problems_(problems),
        called_(std::move(called)),
        no_settings_(std::make_shared<StepSettings>()),
        defaults_(no_settings_) {}

  /// The settings of the pipeline's `defaults:`, for the steps that are read from now on.
  std::shared_ptr<const StepSettings> use_defaults(std::optional<YamlNode> node);
  /// One step for each entry of the mapping, in order, whatever is wrong with it.
  std::vector<Step> read_steps(YamlNode node, std::string_view what);
  /// What a group or a pipeline gives: names and expressions.
  std::vector<GroupOutput> read_group_outputs(YamlNode node);

 private:
  Step read_step(YamlEntry entry);
  void read_body(YamlNode node, std::string_view what, Step& step);
  Command read_command(YamlNode node, Step& step);
  std::unique_ptr<Group> read_group(YamlNode node);
  std::unique_ptr<PipelineCall> read_call(YamlNode node, YamlNode path);
  void read_inputs(YamlNode node, Step& step);
  void read_outputs(YamlNode node, Step& step);
  void read_needs(YamlNode node, Step& step);
  std::shared_ptr<const StepSettings> read_settings(YamlNode node, const Step& step);

  Damage& damage_;
  Problems& problems_;
  CalledPipelines called_;
  std::shared_ptr<const StepSettings> no_settings_;
  /// Of the scope that is being read.
  std::shared_ptr<const StepSettings> defaults_;
  std::size_t step_count_ = 0;
};

}  // namespace gt
