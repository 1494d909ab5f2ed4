// One turn of an engine, written row by row.
#include "run/asset_store.h"
#include "run/claim.h"
#include "run/notification_store.h"
#include "run/run_end_store.h"
#include "run/run_json.h"
#include "run/run_store.h"

namespace gt {

namespace {

Result<void> write_created(Transaction& transaction, RunId run,
                           const std::vector<TaskRecord>& created) {
  if (created.empty()) return {};
  constexpr std::size_t width = 14;
  std::vector<Bind> rows;
  rows.reserve(created.size() * width);
  for (const TaskRecord& task : created) {
    const Bind row[width] = {task_key(run, task.index),
                             task.parent == no_task ? Bind(nullptr) : Bind(task.parent),
                             task.step,
                             task.item,
                             to_text(task.kind),
                             to_text(task.state),
                             task.attempts,
                             task.attempts_before_reopening,
                             task.cause ? Bind(to_text(*task.cause)) : Bind(nullptr),
                             task.cause ? Bind(task.message) : Bind(nullptr),
                             task.exit_code ? Bind(*task.exit_code) : Bind(nullptr),
                             task.next_at,
                             task.started_at,
                             task.ended_at};
    rows.insert(rows.end(), std::begin(row), std::end(row));
  }
  TRY(transaction.execute_many(
      "INSERT INTO task (id, parent, step, item, kind, state, attempts, "
      "attempts_before_reopening, cause, message, exit_code, next_at, started_at, ended_at) VALUES "
      "(:id, :parent, :step, :item, :kind, :state, :attempts, :before, :cause, :message, "
      ":exit_code, :next_at, :started_at, :ended_at)",
      width, rows));
  return {};
}

Result<void> write_changed(Transaction& transaction, RunId run,
                           const std::vector<TaskChange>& changed) {
  if (changed.empty()) return {};
  constexpr std::size_t width = 13;
  std::vector<Bind> rows;
  rows.reserve(changed.size() * width);
  for (const TaskChange& task : changed) {
    // What an earlier life of the task left is no reason for this one.
    const bool has_own_cause =
        task.state == TaskState::deferred || task.state == TaskState::skipped;
    const Bind row[width] = {to_text(task.state),
                             task.attempts,
                             task.attempts_before_reopening,
                             task.anew ? 1 : 0,
                             task.cause ? Bind(to_text(*task.cause)) : Bind(nullptr),
                             has_own_cause ? 1 : 0,
                             task.cause       ? Bind(task.message)
                             : task.last_look ? Bind(*task.last_look)
                                              : Bind(nullptr),
                             task.exit_code ? Bind(*task.exit_code) : Bind(nullptr),
                             task.next_at,
                             task.memory_bytes,
                             task.started_at,
                             task.ended_at,
                             task_key(run, task.index)};
    rows.insert(rows.end(), std::begin(row), std::end(row));
  }
  TRY(transaction.execute_many(
      "UPDATE task SET state = :state, attempts = :attempts, attempts_before_reopening = :before, "
      "anew = :anew, cause = coalesce(:cause, CASE WHEN :own = 0 THEN cause END), message = "
      "coalesce(:message, message), "
      "exit_code = "
      "coalesce(:exit_code, exit_code), next_at = coalesce(:next_at, next_at), memory_bytes = "
      "coalesce(:memory, memory_bytes), started_at = "
      "coalesce(:started_at, started_at), ended_at = coalesce(:ended_at, ended_at) WHERE id = :id",
      width, rows));
  return {};
}

Result<void> write_results(Transaction& transaction, RunId run, const RunChanges& changes) {
  for (const MatrixExpansion& expansion : changes.expansions) {
    const std::string items = TRY(items_text(expansion.items));
    const std::string order = order_text(expansion.order);
    TRY(transaction.execute(
        "INSERT INTO task_expansion (task, items, item_order) VALUES (:task, :items, :order) ON "
        "CONFLICT (task) DO UPDATE SET items = excluded.items, item_order = excluded.item_order",
        {task_key(run, expansion.task), items,
         expansion.order.empty() ? Bind(nullptr) : Bind(order)}));
  }
  for (const TaskResult& result : changes.results) {
    const std::string outputs = TRY(values_text(result.outputs));
    const auto& from = result.cached_from;
    // A task that was reopened replaces its result.
    TRY(transaction.execute(
        "INSERT INTO task_result (task, outputs, cached_from_task, cached_from_number) VALUES "
        "(:task, :outputs, :from_task, :from_number) ON CONFLICT (task) DO UPDATE SET outputs = "
        "excluded.outputs, cached_from_task = excluded.cached_from_task, cached_from_number = "
        "excluded.cached_from_number",
        {task_key(run, result.task), outputs,
         from ? Bind(task_key(from->run, from->task)) : Bind(nullptr),
         from ? Bind(from->number) : Bind(nullptr)}));
  }
  for (const TaskManifest& manifest : changes.manifests) {
    const std::string key = manifest.key ? manifest.key->hex() : "";
    TRY(transaction.execute(
        "INSERT INTO task_manifest (task, key, reason) VALUES (:task, :key, :reason) ON CONFLICT "
        "(task) DO UPDATE SET key = excluded.key, reason = excluded.reason",
        {task_key(run, manifest.task), manifest.key ? Bind(key) : Bind(nullptr), manifest.reason}));
  }
  return {};
}

Result<void> write_claims(Transaction& transaction, RunId run, const AttemptOpened& opened) {
  const std::int64_t task = task_key(run, opened.id.task);
  if (opened.pools.empty() && opened.gpus.empty()) return {};
  TRY(transaction.execute("DELETE FROM claim_wait WHERE task = :task", {task}));
  for (const PoolSlots& taken : opened.pools)
    TRY(transaction.execute(
        "INSERT INTO pool_claim (task, number, pool, slots) VALUES (:task, :number, :pool, :slots)",
        {task, opened.id.number, taken.pool, taken.slots}));
  // Whoever gives it back in this transaction may do so later.
  for (const std::string& device : opened.gpus)
    TRY(transaction.execute(
        "INSERT INTO gpu_claim (device, task, number) VALUES (:device, :task, :number) ON CONFLICT "
        "(device) DO UPDATE SET task = excluded.task, number = excluded.number",
        {device, task, opened.id.number}));
  return {};
}

/// What it held may have been freed before, by an engine that knew of the attempt's end.
Result<void> free_claims(Transaction& transaction, std::int64_t task) {
  TRY(transaction.execute("DELETE FROM pool_claim WHERE task = :task", {task}));
  TRY(transaction.execute("DELETE FROM gpu_claim WHERE task = :task", {task}));
  return {};
}

Result<void> write_attempts(Transaction& transaction, RunId run, const RunChanges& changes) {
  // First, so that an attempt of this turn may take what another one gives back.
  for (const AttemptClosed& closed : changes.closed)
    if (closed.has_claim) TRY(free_claims(transaction, task_key(run, closed.id.task)));
  for (const AttemptOpened& opened : changes.opened) {
    const std::string gpus = devices_text(opened.gpus);
    TRY(transaction.execute(
        "INSERT INTO attempt (task, number, outside_name, opened_at, memory_bytes, gpus) VALUES "
        "(:task, :number, :outside_name, :opened_at, :memory, :gpus)",
        {task_key(run, opened.id.task), opened.id.number, opened.outside_name, opened.at,
         opened.memory_bytes > 0 ? Bind(opened.memory_bytes) : Bind(nullptr),
         opened.gpus.empty() ? Bind(nullptr) : Bind(gpus)}));
    TRY(write_claims(transaction, run, opened));
  }
  for (const AttemptStart& started : changes.started)
    TRY(transaction.execute(
        "UPDATE attempt SET started_at = :at WHERE task = :task AND number = :number",
        {started.at, task_key(run, started.id.task), started.id.number}));
  for (const AttemptClosed& closed : changes.closed) {
    const auto* failure = std::get_if<AttemptFailed>(&closed.ended.outcome);
    const Usage& usage = closed.ended.usage;
    TRY(transaction.execute(
        "UPDATE attempt SET ended_at = :at, cause = :cause, message = :message, exit_code = "
        ":exit_code, signal = :signal, peak_memory_bytes = :memory, cpu_user = :user, cpu_system = "
        ":system, log_bytes = :log WHERE task = :task AND number = :number",
        {closed.ended.at, failure ? Bind(to_text(failure->cause)) : Bind(nullptr),
         failure ? Bind(failure->message) : Bind(nullptr),
         failure && failure->exit_code ? Bind(*failure->exit_code) : Bind(nullptr),
         failure && failure->signal ? Bind(*failure->signal) : Bind(nullptr),
         usage.peak_memory_bytes, usage.cpu_user, usage.cpu_system, closed.ended.log_bytes,
         task_key(run, closed.id.task), closed.id.number}));
  }
  return {};
}

Result<void> write_approvals(Transaction& transaction, RunId run, const RunChanges& changes) {
  for (const ApprovalRecord& approval : changes.approvals)
    TRY(transaction.execute(
        "INSERT INTO approval (task, decision, decided_by, comment, decided_at) VALUES (:task, "
        ":decision, :by, :comment, :at) ON CONFLICT (task) DO UPDATE SET decision = "
        "excluded.decision, decided_by = excluded.decided_by, comment = excluded.comment, "
        "decided_at = excluded.decided_at",
        {task_key(run, approval.task), to_text(approval.decision), approval.by, approval.comment,
         approval.at}));
  return {};
}

Result<void> write_events(Transaction& transaction, RunId run, const RunChanges& changes) {
  if (changes.events.empty()) return {};
  const auto last = TRY(transaction.query_row<std::int64_t>(
      "SELECT coalesce(max(sequence), 0) FROM event WHERE run = :run", {run}));
  std::int64_t sequence = std::get<0>(*last);
  for (const RunEvent& event : changes.events) {
    const std::string details = compact_json(event.details);
    TRY(transaction.execute(
        "INSERT INTO event (run, sequence, at, kind, task, details) VALUES (:run, :sequence, :at, "
        ":kind, :task, :details)",
        {run, ++sequence, event.at, event.kind,
         event.task == no_task ? Bind(nullptr) : Bind(event.task), details}));
  }
  return {};
}

Result<void> write_run(Transaction& transaction, RunId run, const RunStateChange& change) {
  if (change.reopened)
    TRY(transaction.execute(
        "UPDATE run SET error = NULL, ended_at = NULL, cancel = 'none' WHERE id = :id", {run}));
  const std::string error_text = change.error ? failure_text(*change.error) : "";
  TRY(transaction.execute(
      "UPDATE run SET state = :state, started_at = coalesce(:started_at, started_at), ended_at = "
      "coalesce(:ended_at, ended_at), error = coalesce(:error, error), cancel = coalesce(:cancel, "
      "cancel) WHERE id = :id",
      {to_text(change.state), change.started_at, change.ended_at,
       change.error ? Bind(error_text) : Bind(nullptr),
       change.cancel ? Bind(to_text(*change.cancel)) : Bind(nullptr), run}));
  if (!change.ended_at) return {};
  TRY(transaction.execute("DELETE FROM paused_run WHERE run = :run", {run}));
  return RunEndStore().add(transaction, run, change.state);
}

}  // namespace

Result<bool> RunStore::is_current(Transaction& transaction, RunId run, std::int64_t fence) {
  const auto current =
      TRY(transaction.query_row<std::int64_t>("SELECT fence FROM run WHERE id = :id", {run}));
  return current && std::get<0>(*current) == fence;
}

Result<void> RunStore::commit(Transaction& transaction, RunId run, std::int64_t fence,
                              const RunChanges& changes) {
  if (!TRY(is_current(transaction, run, fence)))
    return error(Errc::conflict, "another engine has taken the run over");
  TRY(write_created(transaction, run, changes.created));
  TRY(write_changed(transaction, run, changes.changed));
  TRY(write_results(transaction, run, changes));
  TRY(write_attempts(transaction, run, changes));
  TRY(write_approvals(transaction, run, changes));
  for (const AssetUpdate& update : changes.asset_updates)
    TRY(AssetStore().add(transaction, update));
  TRY(write_events(transaction, run, changes));
  if (changes.run) TRY(write_run(transaction, run, *changes.run));
  return NotificationStore().add(transaction, run, changes.notices);
}

}  // namespace gt
