/// A recorded run with the names of its tasks, for commands that show it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "plan/plan.h"
#include "run/changes.h"
#include "run/run_store.h"
#include "schedule/deadline.h"

namespace gt {

/// The pipeline that a run was made from, out of its recorded text.
Result<std::shared_ptr<const Pipeline>> recorded_pipeline(RunStore& runs, Transaction& transaction,
                                                          const RunRecord& run);

/// The plan that a run was made from, out of its recorded text.
Result<std::shared_ptr<const Plan>> recorded_plan(RunStore& runs, Transaction& transaction,
                                                  const RunRecord& run);

/// Immutable. Threads: any.
class RunView {
 public:
  static Result<RunView> load(RunStore& runs, Transaction& transaction, const RunRecord& run);

  const RunRecord& run() const { return loaded_.run; }
  const Plan& plan() const { return *plan_; }
  /// When it is late, where its pipeline says so, and when it was noticed that it is.
  std::optional<Time> deadline() const { return deadline_of(plan_->pipeline(), loaded_.run); }
  std::optional<Time> deadline_missed_at() const { return loaded_.deadline_missed_at; }
  /// The same of a task, by the `deadline` of its step.
  std::optional<Time> deadline_missed_at(const TaskRecord& task) const {
    const auto found = loaded_.late_tasks.find(task.index);
    return found == loaded_.late_tasks.end() ? std::nullopt : std::optional(found->second);
  }
  /// By index, which is the order of creation.
  const std::vector<TaskRecord>& tasks() const { return loaded_.tasks; }
  /// As people read them: in the pipeline's order, what is in a matrix or group behind it.
  std::vector<const TaskRecord*> in_order() const;
  const Step& step_of(const TaskRecord& task) const { return plan_->step(task.step); }
  /// "candidates[2].train".
  std::string path(const TaskRecord& task) const;
  /// A matrix or group whose parts exist.
  bool has_parts(const TaskRecord& task) const { return has_parts_[task.index]; }
  /// The item of the nearest matrix that the task is, or is in; nullopt outside of any.
  std::optional<std::int32_t> item(const TaskRecord& task) const;
  /// {axis: value} of all matrices that the task is in; null outside of any.
  Result<Json> matrix(const TaskRecord& task) const;
  /// What the run as a whole gave, by the `outputs` of its file; none before it has succeeded.
  Result<std::vector<std::pair<std::string, Value>>> outputs() const;
  /// What a person has said of it, as long as that counts; else null.
  const TaskMark* mark(const TaskRecord& task) const;
  /// Null as long as it has none.
  const TaskResult* result(const TaskRecord& task) const;
  /// The run that a cached result came from; empty if it came from none or that is gone.
  std::string source_run(const TaskRecord& task) const;

  /// What a deferred task waits for: "waits for approval: Deploy it?"; empty for others.
  std::string waits(const TaskRecord& task) const;
  /// What a person has decided about the task; nullptr as long as nobody has.
  const ApprovalRecord* approval(const TaskRecord& task) const;

  /// Errc::not_found names the nearest; Errc::invalid for the name of a step that has items.
  Result<const TaskRecord*> find(std::string_view path) const;
  /// The paths of what stands below a matrix or group, in order.
  std::vector<std::string> parts(const TaskRecord& task) const;
  /// The items of a matrix in the order of its combinations, without removed ones.
  std::vector<const TaskRecord*> items(const TaskRecord& matrix) const;

 private:
  RunView(std::shared_ptr<const Plan> plan, LoadedRun loaded);

  std::shared_ptr<const Plan> plan_;
  LoadedRun loaded_;
  std::vector<bool> has_parts_;
  std::unordered_map<TaskIndex, std::size_t> results_, expansions_;
  std::unordered_map<RunId, std::string> run_names_;
  std::unordered_map<TaskIndex, std::string> waits_;
};

}  // namespace gt
