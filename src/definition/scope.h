/// The types of what expressions can see, place by place (the table is in definition/references.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "definition/damage.h"
#include "definition/pipeline.h"
#include "definition/references.h"
#include "expression/type.h"

namespace gt {

using TypeFields = std::vector<Type::Field>;

/// One list of sibling steps with what its steps see of the outside. Filled while the steps are
/// checked in the order of their dependencies.
struct StepScope {
  explicit StepScope(const std::vector<Step>& siblings);

  const Step* find(std::string_view name) const;

  const std::vector<Step>* steps;
  std::unordered_map<std::string_view, std::uint32_t> index_of;
  /// Of `finally`: the pipeline's steps, which are visible there too.
  const StepScope* ended = nullptr;
  /// Of a group.
  TypeFields inputs;
  TypeFields outer_axes;
  /// Of `env` in the `defaults` that reach the steps.
  TypeFields default_variables;
  /// Types of group steps' outputs, for one task of the step.
  std::unordered_map<const Step*, TypeFields> group_outputs;
};

/// Types of what called pipelines give.
using CalledTypes = std::unordered_map<const Pipeline*, TypeFields>;

/// What the whole file has in common.
struct FileTypes {
  const Pipeline& pipeline;
  const Damage& damage;
  TypeFields params;
  /// Of `env:` of the pipeline.
  TypeFields variables;
};

/// Made anew for each place of each step.
class PlaceTypes final : public TypeContext {
 public:
  PlaceTypes(const FileTypes& file, Place place, const StepScope* scope, const Step* step)
      : file_(file), place_(place), scope_(scope), step_(step) {}

  /// The types of the step's own inputs, axes and variables, once they are known.
  const TypeFields* own_inputs = nullptr;
  const TypeFields* own_axes = nullptr;
  const TypeFields* own_variables = nullptr;

  Found find(NamePath path) const override;
  std::vector<std::string> names(NamePath scope) const override;
  bool has_status_functions() const override { return place_ == Place::condition; }

  Place place() const { return place_; }
  const StepScope* scope() const { return scope_; }
  const Step* step() const { return step_; }
  const FileTypes& file() const { return file_; }
  /// "params", "inputs", … as far as they can be seen from here.
  std::vector<std::string> roots() const;

 private:
  Found find_root(std::string_view root) const;
  Found find_step(NamePath path) const;
  Found find_run(std::string_view name) const;
  Found find_variable(std::string_view name) const;
  const TypeFields* visible_inputs() const;
  const Step* visible_step(std::string_view name) const;
  bool is_below_finally() const { return scope_ && scope_->ended; }

  const FileTypes& file_;
  Place place_;
  const StepScope* scope_;
  const Step* step_;
};

/// The type behind `steps.X.outputs.name` for one task of the step; any if it is not known (a
/// damaged output), nullopt if there is no such output.
std::optional<Type> output_type(const StepScope& scope, const Step& step, std::string_view name,
                                const Damage& damage);

/// What `event` holds for receivers of notifications.
const TypeFields& notification_fields();

const Type* find_field(const TypeFields& fields, std::string_view name);

}  // namespace gt
