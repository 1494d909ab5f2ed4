#include "run/run_pauses.h"

#include "base/text.h"

namespace gt {

namespace {

Result<void> add_event(Transaction& transaction, RunId run, const char* kind,
                       const std::string& who, Time now) {
  const std::string details = compact_json(JsonObject{{"by", who}});
  TRY(transaction.execute(
      "INSERT INTO event (run, sequence, at, kind, details) SELECT :run, coalesce(max(sequence), "
      "0) + 1, :at, :kind, :details FROM event WHERE run = :run",
      {run, now, kind, details}));
  return {};
}

}  // namespace

Result<std::optional<RunPause>> RunPauses::find(Transaction& transaction, RunId run) {
  auto row = TRY((transaction.query_row<std::string, Time>(
      "SELECT paused_by, paused_at FROM paused_run WHERE run = :run", {run})));
  if (!row) return std::optional<RunPause>();
  return std::optional(RunPause{std::move(std::get<0>(*row)), std::get<1>(*row)});
}

Result<void> RunPauses::pause(Transaction& transaction, const RunRecord& run,
                              const RunPause& pause) {
  if (is_ended(run.state))
    return error(Errc::conflict, "{} has ended: it {}", run.name(),
                 run.state == RunState::cancelled ? "was cancelled" : to_text(run.state));
  if (run.cancel != CancelMode::none)
    return error(Errc::conflict, "{} is about to end", run.name());
  const std::int64_t added = TRY(transaction.execute(
      "INSERT INTO paused_run (run, paused_by, paused_at) VALUES (:run, :by, :at) ON CONFLICT DO "
      "NOTHING",
      {run.id, pause.paused_by, pause.paused_at}));
  if (added == 0) return {};
  TRY(transaction.execute("UPDATE run SET state = 'paused' WHERE id = :run", {run.id}));
  return add_event(transaction, run.id, "paused", pause.paused_by, pause.paused_at);
}

Result<bool> RunPauses::resume(Transaction& transaction, RunId run, const std::string& who,
                               Time now) {
  const std::int64_t removed =
      TRY(transaction.execute("DELETE FROM paused_run WHERE run = :run", {run}));
  if (removed == 0) return false;
  TRY(transaction.execute(
      "UPDATE run SET state = CASE WHEN started_at IS NULL THEN 'queued' ELSE 'running' END WHERE "
      "id = :run AND state = 'paused'",
      {run}));
  TRY(add_event(transaction, run, "resumed", who, now));
  return true;
}

}  // namespace gt
