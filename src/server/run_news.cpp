#include "server/run_news.h"

#include "base/text.h"
#include "plan/plan.h"
#include "schedule/wait_text.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

/// Of a new task as of a changed one: the fields have the same names.
template <typename T>
Json task_news(const LiveRun& run, const T& change) {
  const LiveRun::Task& task = run.task(change.index);
  const bool waits = change.state == TaskState::deferred;
  return JsonObject{{"run_id", run.record().uuid},
                    {"run", run.record().name()},
                    {"path", run.task_path(change.index)},
                    {"step", run.plan().path(task.step)},
                    {"state", to_text(change.state)},
                    {"attempts", std::int64_t{change.attempts}},
                    {"cause", change.cause ? Json(to_text(*change.cause)) : Json()},
                    {"message", waits ? wait_text(run, change.index) : change.message},
                    {"started_at", time_json(change.started_at)},
                    {"ended_at", time_json(change.ended_at)}};
}

}  // namespace

void RunNews::recorded(const RunRecord& run) {
  if (events_.has_listeners()) events_.publish({"run", run.uuid, run_summary_json(run)});
}

void RunNews::committed(const LiveRun& run, const RunChanges& changes) {
  const RunRecord& record = run.record();
  if (telemetry_ != nullptr && changes.run &&
      (is_ended(changes.run->state) || changes.run->started_at))
    telemetry_->hear(record);
  for (const TaskChange& change : changes.changed)
    if (is_ended(change.state)) metrics_.task_ended(record.pipeline, change.state);
  if (changes.run && is_ended(changes.run->state) && record.started_at && record.ended_at)
    metrics_.run_ended(record.pipeline, record.state, *record.ended_at - *record.started_at);
  for (const TaskRecord& task : changes.created)
    if (is_ended(task.state)) metrics_.task_ended(record.pipeline, task.state);
  if (!events_.has_listeners()) return;
  for (const TaskRecord& task : changes.created)
    if (task.state != TaskState::waiting)
      events_.publish({"task", record.uuid, task_news(run, task)});
  for (const TaskChange& change : changes.changed)
    events_.publish({"task", record.uuid, task_news(run, change)});
  for (const RunEvent& event : changes.events)
    if (event.kind == "deadline_missed") {
      JsonObject shape{{"run_id", record.uuid},
                       {"run", record.name()},
                       {"task", event.task == no_task ? Json() : Json(run.task_path(event.task))}};
      for (const auto& [name, value] : event.details) shape.set(name, value);
      events_.publish({event.kind, record.uuid, std::move(shape)});
    }
  if (changes.run) events_.publish({"run", record.uuid, run_summary_json(record)});
}

}  // namespace gt
