// Tasks without a process: those that wait for a time or for something outside, and those that a
// person decides.
#include "base/text.h"
#include "definition/parameters.h"
#include "schedule/find_tasks.h"
#include "schedule/live_run.h"
#include "schedule/task_context.h"
#include "schedule/wait_text.h"

namespace gt {

namespace {

constexpr const char* by_timeout = "timeout";

/// What is kept and shown of a look: an answer may be long.
constexpr std::size_t look_bytes_max = 300;

/// In the order of the fields, which are the step's outputs.
std::vector<OutputValue> values_of(const Approval& approval, const JsonObject& given) {
  std::vector<OutputValue> values;
  for (const Parameter& field : approval.fields) {
    const Json* const value = given.find(field.name);
    values.push_back(value ? value_from_json(*value) : Value());
  }
  return values;
}

/// An instant stays where it is when the clock is set; what lasts so long goes along.
bool ends_by_wall_clock(const Step& step) {
  const Wait* const wait = step.wait();
  return wait && std::holds_alternative<WaitUntil>(wait->condition);
}

}  // namespace

void LiveRun::begin_wait(TaskIndex index, Time now) {
  if (tasks_[index].state != TaskState::ready) return;
  const auto ends_at = end_of_wait(*this, index, now);
  if (!ends_at) return fail(index, failure_of_expression(ends_at.error(), "wait"), now);
  move(index, TaskEvent::deferred);
  TaskChange& change = touch(index);
  change.started_at = now;
  change.next_at = *ends_at;
  change.last_look = "";
  note_wait(index, *ends_at);
  if (step_of(index).approval())
    changes_.notices.push_back({.kind = NotificationKind::approval_wanted,
                                .at = now,
                                .task = task_path(index),
                                .message = question_of(*this, index),
                                .deadline = *ends_at});
}

void LiveRun::note_wait(TaskIndex index, std::optional<Time> ends_at) {
  if (!ends_at) return;
  wait_ends_[index] = *ends_at;
  timers_.emplace(*ends_at, index);
}

void LiveRun::move_waits(Duration by) {
  for (auto& [index, ends_at] : wait_ends_) {
    if (!ends_by_wall_clock(step_of(index))) {
      ends_at += by;
      touch(index).next_at = ends_at;
    }
    timers_.emplace(ends_at, index);
  }
}

/// The timer may be one of an earlier wait of the task.
void LiveRun::wake_wait(TaskIndex index, Time now) {
  const auto ends_at = wait_ends_.find(index);
  if (ends_at == wait_ends_.end() || ends_at->second > now) return;
  const Wait* const wait = step_of(index).wait();
  if (wait && wait->is_for_time()) return end_wait(index, {}, now);
  if (wait) return time_out_outside(index, now);
  time_out(index, now);
}

bool LiveRun::waits_outside(TaskIndex index) const {
  const Wait* const wait = step_of(index).wait();
  return tasks_[index].state == TaskState::deferred && wait && !wait->is_for_time();
}

std::string LiveRun::last_look(TaskIndex index) const {
  const auto found = last_looks_.find(index);
  return found == last_looks_.end() ? std::string() : found->second;
}

void LiveRun::apply_look(TaskIndex index, LookVerdict verdict, Time now) {
  if (!waits_outside(index)) return;
  if (auto* met = std::get_if<LookMet>(&verdict))
    return end_wait(index, std::move(met->outputs), now);
  if (auto* never = std::get_if<NeverFound>(&verdict))
    return fail(index, std::move(never->failure), now);
  note_look(index, std::get<NothingFound>(verdict).why, now);
}

/// Only what differs is recorded: thousands of looks find the same.
void LiveRun::note_look(TaskIndex index, const std::string& found, Time now) {
  if (found.empty()) return;
  const std::string shown = printable(found.substr(0, look_bytes_max)) + ", since ";
  std::string& known = last_looks_[index];
  if (known.starts_with(shown)) return;
  known = shown + format_time(now);
  touch(index).last_look = known;
}

/// Nothing came in time.
void LiveRun::time_out_outside(TaskIndex index, Time now) {
  const Step& step = step_of(index);
  const Overdue how = step.wait()->on_timeout;
  if (how == Overdue::succeed)
    return end_wait(index, std::vector<OutputValue>(step.outputs.size()), now);
  const std::string last = last_look(index);
  const std::string why =
      fmt::format("it did not come within {}{}{}", format_duration(*step.settings->timeout),
                  last.empty() ? "" : ": ", last);
  end_unmet(index, how == Overdue::skip ? Unmet::skip : Unmet::fail, {Cause::timeout, why, {}, {}},
            now);
}

void LiveRun::end_wait(TaskIndex index, std::vector<OutputValue> outputs, Time now) {
  failures_.erase(index);
  outputs_[index] = outputs;
  changes_.results.push_back({index, std::move(outputs), {}});
  end(index, TaskEvent::succeeded, now);
}

void LiveRun::end_unmet(TaskIndex index, Unmet how, AttemptFailed failure, Time now) {
  if (how == Unmet::fail) return fail(index, std::move(failure), now);
  TaskChange& change = touch(index);
  change.cause = failure.cause;
  change.message = failure.message;
  failures_[index] = std::move(failure);
  end(index, TaskEvent::skipped, now);
}

/// Nobody has decided in time.
void LiveRun::time_out(TaskIndex index, Time now) {
  const Step& step = step_of(index);
  const Approval& approval = *step.approval();
  const std::string why =
      fmt::format("nobody decided within {}", format_duration(*step.settings->timeout));
  if (!approval.default_decision)
    return end_unmet(index, approval.on_timeout, {Cause::timeout, why, {}, {}}, now);
  // With `default: approve` each field has a default.
  const JsonObject values = bound_fields(approval.fields, {}).value_or({});
  settle_approval(index,
                  {.task = {},
                   .decision = *approval.default_decision,
                   .values = {},
                   .comment = why,
                   .by = by_timeout},
                  values, now);
}

Result<void> LiveRun::decide_approval(const ApprovalRequest& request, Time now) {
  const TaskIndex index = TRY(find_approval(*this, request.task));
  if (tasks_[index].state != TaskState::deferred)
    return error(Errc::conflict, "{} is {}: it does not wait for an approval", task_path(index),
                 to_text(tasks_[index].state));
  const bool is_approved = request.decision == ApprovalDecision::approve;
  const auto& fields = step_of(index).approval()->fields;
  const JsonObject values = is_approved ? TRY(bound_fields(fields, request.values)) : JsonObject();
  settle_approval(index, request, values, now);
  return {};
}

void LiveRun::settle_approval(TaskIndex index, const ApprovalRequest& request,
                              const JsonObject& values, Time now) {
  changes_.approvals.push_back({index, request.decision, request.by, request.comment, now});
  add_event(
      now, "approval_decided", index,
      {{"decision", to_text(request.decision)}, {"by", request.by}, {"comment", request.comment}});
  const Approval& approval = *step_of(index).approval();
  if (request.decision == ApprovalDecision::approve)
    return end_wait(index, values_of(approval, values), now);
  const std::string why = request.comment.empty() ? "" : ": " + request.comment;
  end_unmet(index, approval.on_reject,
            {Cause::rejected, fmt::format("rejected by {}{}", request.by, why), {}, {}}, now);
}

}  // namespace gt
