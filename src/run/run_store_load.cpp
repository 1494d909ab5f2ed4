// A whole run, for an engine that goes on with it.
#include <algorithm>

#include "run/claim.h"
#include "run/clear_request.h"
#include "run/run_json.h"
#include "run/run_store.h"

namespace gt {

namespace {

using Number = std::optional<std::int64_t>;

Result<void> read_tasks(Transaction& transaction, RunId run, LoadedRun& loaded) {
  return transaction.query<std::int64_t, Number, std::int64_t, std::int64_t, std::string_view,
                           std::string_view, std::int64_t, std::int64_t, std::optional<std::string>,
                           std::optional<std::string>, Number, std::optional<Time>, Number,
                           std::optional<Time>, std::optional<Time>, Number>(
      "SELECT id, parent, step, item, kind, state, attempts, attempts_before_reopening, cause, "
      "message, exit_code, next_at, memory_bytes, started_at, ended_at, anew FROM task WHERE id "
      ">= "
      ":first AND id < "
      ":last ORDER BY id",
      {task_key(run, 0), task_key(run + 1, 0)},
      [&](std::int64_t id, Number parent, std::int64_t step, std::int64_t item,
          std::string_view kind, std::string_view state, std::int64_t attempts, std::int64_t before,
          std::optional<std::string> cause, std::optional<std::string> message, Number exit_code,
          std::optional<Time> next_at, Number memory_bytes, std::optional<Time> started_at,
          std::optional<Time> ended_at, Number anew) -> Result<void> {
        TaskRecord task;
        task.index = index_of(id);
        const auto known_kind = parse_task_kind(kind);
        const auto known_state = parse_task_state(state);
        if (task.index != loaded.tasks.size() || !known_kind || !known_state)
          return error(Errc::internal, "the record of task {} is damaged", id);
        if (parent) task.parent = static_cast<TaskIndex>(*parent);
        task.step = static_cast<std::uint32_t>(step);
        task.item = static_cast<std::int32_t>(item);
        task.kind = *known_kind;
        task.state = *known_state;
        task.attempts = static_cast<std::uint32_t>(attempts);
        task.attempts_before_reopening = static_cast<std::uint32_t>(before);
        task.next_at = next_at;
        task.memory_bytes = memory_bytes;
        task.anew = anew.value_or(0) != 0;
        task.started_at = started_at;
        // Rows keep what an earlier life of the task left; only what its state permits counts.
        if (is_ended(task.state)) task.ended_at = ended_at;
        const bool has_failed =
            task.state == TaskState::failed || task.state == TaskState::cancelled ||
            task.state == TaskState::skipped || task.state == TaskState::retry_wait;
        if (cause && has_failed) {
          task.cause = parse_cause(*cause);
          task.message = message.value_or("");
          if (exit_code) task.exit_code = static_cast<int>(*exit_code);
        }
        if (task.state == TaskState::deferred) task.message = message.value_or("");
        loaded.tasks.push_back(std::move(task));
        return {};
      });
}

Result<void> read_expansions(Transaction& transaction, RunId run, LoadedRun& loaded) {
  return transaction.query<std::int64_t, std::string, std::optional<std::string>>(
      "SELECT task, items, item_order FROM task_expansion WHERE task >= :first AND task < :last",
      {task_key(run, 0), task_key(run + 1, 0)},
      [&](std::int64_t task, std::string items, std::optional<std::string> order) -> Result<void> {
        MatrixExpansion expansion{index_of(task), TRY(parse_items(items)), {}};
        if (order) expansion.order = TRY(parse_order(*order));
        loaded.expansions.push_back(std::move(expansion));
        return {};
      });
}

Result<void> read_results(Transaction& transaction, RunId run, LoadedRun& loaded) {
  return transaction.query<std::int64_t, std::string, Number, Number>(
      "SELECT task, outputs, cached_from_task, cached_from_number FROM task_result WHERE task >= "
      ":first AND task < :last",
      {task_key(run, 0), task_key(run + 1, 0)},
      [&](std::int64_t task, std::string outputs, Number from_task,
          Number from_number) -> Result<void> {
        TaskResult result{index_of(task), TRY(parse_values(outputs)), {}};
        if (from_task && from_number)
          result.cached_from = AttemptId{run_of(*from_task), index_of(*from_task),
                                         static_cast<std::uint32_t>(*from_number)};
        // A task that is done again has its earlier result until there is another.
        if (result.task < loaded.tasks.size() && is_success(loaded.tasks[result.task].state))
          loaded.results.push_back(std::move(result));
        return {};
      });
}

Result<void> read_open_attempts(Transaction& transaction, RunId run, LoadedRun& loaded) {
  return transaction
      .query<std::int64_t, std::int64_t, Time, std::optional<Time>, std::optional<std::string>>(
          "SELECT task, number, opened_at, started_at, gpus FROM attempt WHERE task >= :first AND "
          "task < "
          ":last AND ended_at IS NULL",
          {task_key(run, 0), task_key(run + 1, 0)},
          [&](std::int64_t task, std::int64_t number, Time opened_at,
              std::optional<Time> started_at, std::optional<std::string> gpus) {
            loaded.open_attempts.push_back(
                {{run, index_of(task), static_cast<std::uint32_t>(number)},
                 started_at.has_value(),
                 opened_at,
                 devices_of(gpus.value_or(""))});
          });
}

/// The newest decision may be of an earlier life of the task.
bool is_decided(const TaskRecord& task) {
  return task.state == TaskState::succeeded || task.cause == Cause::rejected;
}

Result<void> read_approvals(Transaction& transaction, RunId run, LoadedRun& loaded) {
  return transaction.query<std::int64_t, std::string, std::string, std::string, Time>(
      "SELECT task, decision, decided_by, comment, decided_at FROM approval WHERE task >= :first "
      "AND task < :last",
      {task_key(run, 0), task_key(run + 1, 0)},
      [&](std::int64_t task, std::string decision, std::string by, std::string comment,
          Time at) -> Result<void> {
        const auto decided = parse_decision(decision);
        if (!decided)
          return error(Errc::internal, "the database has a damaged record of an approval");
        const TaskIndex index = index_of(task);
        if (index < loaded.tasks.size() && is_decided(loaded.tasks[index]))
          loaded.approvals.push_back({index, *decided, std::move(by), std::move(comment), at});
        return {};
      });
}

Result<std::int64_t> last_event(Transaction& transaction, RunId run) {
  const auto last = TRY(transaction.query_row<std::int64_t>(
      "SELECT coalesce(max(sequence), 0) FROM event WHERE run = :run", {run}));
  return std::get<0>(*last);
}

std::string text_of(const Json& details, const char* name) {
  const Json* const text = details.find(name);
  return text && text->string() ? *text->string() : std::string();
}

Result<void> read_marks(Transaction& transaction, RunId run, LoadedRun& loaded) {
  return transaction.query<std::int64_t, Time, std::string>(
      "SELECT task, at, details FROM event WHERE run = :run AND kind = 'marked' AND task IS NOT "
      "NULL ORDER BY sequence DESC",
      {run}, [&](std::int64_t task, Time at, std::string text) -> Result<void> {
        const Json details = TRY(parse_json(text));
        const auto index = static_cast<TaskIndex>(task);
        const bool is_older =
            std::ranges::find(loaded.marks, index, &TaskMark::task) != loaded.marks.end();
        if (!is_older)
          loaded.marks.push_back({index,
                                  parse_mark(text_of(details, "as")).value_or(TaskState::succeeded),
                                  text_of(details, "by"), text_of(details, "comment"), at});
        return {};
      });
}

Result<void> read_deadlines(Transaction& transaction, RunId run, LoadedRun& loaded) {
  return transaction.query<std::optional<std::int64_t>, Time>(
      "SELECT task, at FROM event WHERE run = :run AND kind = 'deadline_missed' ORDER BY sequence",
      {run}, [&](std::optional<std::int64_t> task, Time at) {
        if (task)
          loaded.late_tasks.emplace(static_cast<TaskIndex>(*task), at);
        else if (!loaded.deadline_missed_at)
          loaded.deadline_missed_at = at;
      });
}

}  // namespace

std::string mark_text(const TaskMark& mark) {
  return fmt::format("marked as {} by {}{}{}", to_text(mark.as), mark.by,
                     mark.comment.empty() ? "" : ": ", mark.comment);
}

Result<LoadedRun> RunStore::load(Transaction& transaction, RunId run) {
  LoadedRun loaded;
  loaded.run = TRY(get(transaction, run));
  if (loaded.run.same_as) return load_same(transaction, std::move(loaded.run));
  TRY(read_tasks(transaction, run, loaded));
  TRY(read_expansions(transaction, run, loaded));
  TRY(read_results(transaction, run, loaded));
  TRY(read_open_attempts(transaction, run, loaded));
  TRY(read_approvals(transaction, run, loaded));
  loaded.last_event = TRY(last_event(transaction, run));
  TRY(read_deadlines(transaction, run, loaded));
  TRY(read_marks(transaction, run, loaded));
  return loaded;
}

Result<LoadedRun> RunStore::load_same(Transaction& transaction, RunRecord run) {
  LoadedRun loaded = TRY(load(transaction, *run.same_as));
  for (TaskResult& result : loaded.results) {
    const TaskRecord& task = loaded.tasks[result.task];
    if (task.kind == TaskKind::step && !result.cached_from)
      result.cached_from = AttemptId{*run.same_as, task.index, task.attempts};
  }
  for (TaskRecord& task : loaded.tasks) {
    if (task.kind == TaskKind::step) task.state = TaskState::cached;
    task.attempts = task.attempts_before_reopening = 0;
    task.started_at = task.ended_at = run.ended_at;
  }
  loaded.last_event = TRY(last_event(transaction, run.id));
  loaded.run = std::move(run);
  return loaded;
}

}  // namespace gt
