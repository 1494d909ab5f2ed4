/// Reads `steps:` and what is below it.
#pragma once

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
  StepReader(Damage& damage, Problems& problems)
      : damage_(damage),
        problems_(problems),
        no_settings_(std::make_shared<StepSettings>()),
        defaults_(no_settings_) {}

  /// The settings of the pipeline's `defaults:`, for the steps that are read from now on.
  std::shared_ptr<const StepSettings> use_defaults(std::optional<YamlNode> node);
  /// One step for each entry of the mapping, in order, whatever is wrong with it.
  std::vector<Step> read_steps(YamlNode node, std::string_view what);

 private:
  Step read_step(YamlEntry entry);
  void read_body(YamlNode node, std::string_view what, Step& step);
  Command read_command(YamlNode node, Step& step);
  std::unique_ptr<Group> read_group(YamlNode node);
  void read_inputs(YamlNode node, Step& step);
  void read_outputs(YamlNode node, Step& step);
  void read_needs(YamlNode node, Step& step);
  std::shared_ptr<const StepSettings> read_settings(YamlNode node, bool is_group);

  Damage& damage_;
  Problems& problems_;
  std::shared_ptr<const StepSettings> no_settings_;
  /// Of the scope that is being read.
  std::shared_ptr<const StepSettings> defaults_;
  std::size_t step_count_ = 0;
};

}  // namespace gt
