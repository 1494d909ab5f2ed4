#include "view/run_view.h"

#include <algorithm>

#include "base/text.h"
#include "definition/pushed_names.h"
#include "definition/read_pipeline.h"
#include "expression/value.h"
#include "schedule/task_context.h"
#include "schedule/wait_text.h"

namespace gt {

Result<std::shared_ptr<const Pipeline>> recorded_pipeline(RunStore& runs, Transaction& transaction,
                                                          const RunRecord& run) {
  const PipelineVersion version = TRY(runs.pipeline_version(transaction, run.plan_version));
  ReadResult read =
      read_pipeline(version.text, version.path, named_files(version.path, version.named));
  if (!read.pipeline) {
    Error problem =
        error(Errc::conflict, "this geartrain does not understand the pipeline of {}: {}",
              run.name(), read.problems.empty() ? "" : read.problems.front().message);
    problem.hint = "the run was made by another version of geartrain";
    return problem;
  }
  put_into_project(project_of_pipeline(run.pipeline), *read.pipeline);
  return std::make_shared<const Pipeline>(*std::move(read.pipeline));
}

Result<std::shared_ptr<const Plan>> recorded_plan(RunStore& runs, Transaction& transaction,
                                                  const RunRecord& run) {
  auto pipeline = TRY(recorded_pipeline(runs, transaction, run));
  return Plan::build(std::move(pipeline), run.params);
}

Result<RunView> RunView::load(RunStore& runs, Transaction& transaction, const RunRecord& run) {
  auto plan = TRY(recorded_plan(runs, transaction, run));
  LoadedRun loaded = TRY(runs.load(transaction, run.id));
  RunView view(std::move(plan), std::move(loaded));
  for (const TaskResult& result : view.loaded_.results) {
    if (!result.cached_from || view.run_names_.contains(result.cached_from->run)) continue;
    const auto source = runs.get(transaction, result.cached_from->run);
    if (!source && source.error().code != Errc::not_found) return source.error();
    view.run_names_[result.cached_from->run] = source ? source->name() : "";
  }
  return view;
}

RunView::RunView(std::shared_ptr<const Plan> plan, LoadedRun loaded)
    : plan_(std::move(plan)), loaded_(std::move(loaded)), has_parts_(loaded_.tasks.size()) {
  for (const TaskRecord& task : loaded_.tasks)
    if (task.parent != no_task) has_parts_[task.parent] = true;
  for (std::size_t i = 0; i < loaded_.results.size(); ++i) results_[loaded_.results[i].task] = i;
  for (std::size_t i = 0; i < loaded_.expansions.size(); ++i)
    expansions_[loaded_.expansions[i].task] = i;
  const auto is_deferred = [](const TaskRecord& task) { return task.state == TaskState::deferred; };
  if (!std::ranges::any_of(loaded_.tasks, is_deferred)) return;
  const LiveRun live = LiveRun::resume(plan_, Selection(*plan_), loaded_);
  for (const TaskRecord& task : loaded_.tasks)
    if (is_deferred(task)) waits_[task.index] = wait_text(live, task.index);
}

std::string RunView::path(const TaskRecord& task) const {
  if (task.parent == no_task) return step_of(task).name;
  const std::string above = path(loaded_.tasks[task.parent]);
  if (task.item >= 0) return fmt::format("{}[{}]", above, task.item);
  return above + "." + step_of(task).name;
}

std::vector<const TaskRecord*> RunView::in_order() const {
  // Children have consecutive indices; all that is on the stack comes later.
  std::unordered_map<TaskIndex, std::vector<TaskIndex>> children;
  std::vector<TaskIndex> stack;
  for (const TaskRecord& task : loaded_.tasks)
    (task.parent == no_task ? stack : children[task.parent]).push_back(task.index);
  std::ranges::reverse(stack);
  std::vector<const TaskRecord*> ordered;
  ordered.reserve(loaded_.tasks.size());
  while (!stack.empty()) {
    const TaskIndex index = stack.back();
    stack.pop_back();
    ordered.push_back(&loaded_.tasks[index]);
    if (const auto found = children.find(index); found != children.end())
      stack.insert(stack.end(), found->second.rbegin(), found->second.rend());
  }
  return ordered;
}

std::optional<std::int32_t> RunView::item(const TaskRecord& task) const {
  const TaskRecord* at = &task;
  while (at->item < 0 && at->parent != no_task) at = &loaded_.tasks[at->parent];
  return at->item < 0 ? std::nullopt : std::optional(at->item);
}

Result<Json> RunView::matrix(const TaskRecord& task) const {
  JsonObject values;
  bool is_item = false;
  for (const TaskRecord* at = &task; at->parent != no_task; at = &loaded_.tasks[at->parent]) {
    const auto expansion = expansions_.find(at->parent);
    if (at->item < 0 || expansion == expansions_.end()) continue;
    is_item = true;
    const auto& items = loaded_.expansions[expansion->second].items;
    const auto& axes = step_of(*at).settings->matrix->axes;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      Json value = TRY(to_json(items[static_cast<std::size_t>(at->item)][i]));
      values.set(axes[i].name, std::move(value));
    }
  }
  return is_item ? Json(std::move(values)) : Json();
}

Result<std::vector<std::pair<std::string, Value>>> RunView::outputs() const {
  using Outputs = std::vector<std::pair<std::string, Value>>;
  if (plan_->pipeline().outputs.empty() || run().state != RunState::succeeded) return Outputs();
  auto outputs = outputs_of_run(LiveRun::resume(plan_, Selection(*plan_), loaded_));
  // Of a run of selected steps not all can be had.
  if (!outputs && !run().options.only.empty()) return Outputs();
  return outputs;
}

const TaskMark* RunView::mark(const TaskRecord& task) const {
  const auto found = std::ranges::find(loaded_.marks, task.index, &TaskMark::task);
  const bool counts = found != loaded_.marks.end() && task.ended_at == found->at;
  return counts ? &*found : nullptr;
}

const TaskResult* RunView::result(const TaskRecord& task) const {
  const auto found = results_.find(task.index);
  return found == results_.end() ? nullptr : &loaded_.results[found->second];
}

std::string RunView::waits(const TaskRecord& task) const {
  const auto found = waits_.find(task.index);
  return found == waits_.end() ? "" : found->second;
}

const ApprovalRecord* RunView::approval(const TaskRecord& task) const {
  const auto found = std::ranges::find(loaded_.approvals, task.index, &ApprovalRecord::task);
  return found == loaded_.approvals.end() ? nullptr : &*found;
}

std::string RunView::source_run(const TaskRecord& task) const {
  const TaskResult* const found = result(task);
  if (task.state != TaskState::cached || found == nullptr || !found->cached_from) return {};
  const auto name = run_names_.find(found->cached_from->run);
  return name == run_names_.end() ? "" : name->second;
}

Result<const TaskRecord*> RunView::find(std::string_view wanted) const {
  std::vector<std::string> paths;
  for (const TaskRecord& task : loaded_.tasks) {
    std::string own = path(task);
    if (own == wanted) return &task;
    paths.push_back(std::move(own));
  }
  Error problem = error(Errc::not_found, "run {} has no task {}", loaded_.run.name(),
                        shell_quoted(printable(wanted)));
  const auto near = nearest(wanted, paths);
  problem.hint = near ? fmt::format("did you mean {}?", shell_quoted(*near))
                      : fmt::format("`geartrain show {}` lists its tasks", loaded_.run.name());
  return problem;
}

std::vector<std::string> RunView::parts(const TaskRecord& task) const {
  std::vector<std::string> paths;
  for (const TaskRecord& part : loaded_.tasks)
    if (part.parent == task.index) paths.push_back(path(part));
  return paths;
}

std::vector<const TaskRecord*> RunView::items(const TaskRecord& matrix) const {
  std::vector<const TaskRecord*> items;
  for (const TaskRecord& task : loaded_.tasks)
    if (task.parent == matrix.index && task.state != TaskState::removed) items.push_back(&task);
  const auto expansion = expansions_.find(matrix.index);
  if (expansion == expansions_.end()) return items;
  const auto& order = loaded_.expansions[expansion->second].order;
  if (order.empty()) return items;
  std::unordered_map<std::int32_t, std::size_t> ranks;
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
  std::ranges::sort(items, {}, [&](const TaskRecord* item) { return ranks[item->item]; });
  return items;
}

}  // namespace gt
