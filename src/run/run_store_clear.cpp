// What is asked of a run's driver, and runs that get, or must give away, tasks of their own before
// something in them is done again.
#include "run/run_store.h"

namespace gt {

// The table has its name from the first kind of request, and keeps it: a step of the schema only
// adds.
Result<std::int64_t> RunStore::request(Transaction& transaction, RunId run,
                                       const DriverRequest& request, Time now) {
  const auto last = TRY(
      transaction.query_row<std::int64_t>("SELECT coalesce(max(id), 0) FROM clear_request", {}));
  const std::int64_t id = std::get<0>(*last) + 1;
  const std::string text = request_text(request);
  TRY(transaction.execute(
      "INSERT INTO clear_request (id, run, request, at) VALUES (:id, :run, :request, :at)",
      {id, run, text, now}));
  return id;
}

Result<std::vector<RecordedRequest>> RunStore::open_requests(Transaction& transaction, RunId run) {
  std::vector<RecordedRequest> open;
  const Result<void> read = transaction.query<std::int64_t, std::string>(
      "SELECT id, request FROM clear_request WHERE run = :run AND answer IS NULL ORDER BY id",
      {run}, [&](std::int64_t id, std::string request) -> Result<void> {
        open.push_back({id, TRY(parse_driver_request(request))});
        return {};
      });
  TRY(std::move(read));
  return open;
}

Result<void> RunStore::answer_request(Transaction& transaction, std::int64_t id,
                                      const std::string& answer) {
  TRY(transaction.execute("UPDATE clear_request SET answer = :answer WHERE id = :id",
                          {answer, id}));
  return {};
}

Result<std::optional<std::string>> RunStore::take_answer(Transaction& transaction,
                                                         std::int64_t id) {
  const auto row = TRY(transaction.query_row<std::optional<std::string>>(
      "SELECT answer FROM clear_request WHERE id = :id", {id}));
  if (!row) return error(Errc::not_found, "the request was withdrawn");
  if (!std::get<0>(*row)) return std::optional<std::string>();
  TRY(withdraw_request(transaction, id));
  return std::optional(*std::get<0>(*row));
}

Result<void> RunStore::withdraw_request(Transaction& transaction, std::int64_t id) {
  TRY(transaction.execute("DELETE FROM clear_request WHERE id = :id", {id}));
  return {};
}

Result<void> RunStore::withdraw_requests(Transaction& transaction, RunId run) {
  TRY(transaction.execute("DELETE FROM clear_request WHERE run = :run", {run}));
  return {};
}

Result<void> RunStore::give_own_tasks(Transaction& transaction, RunId run) {
  RunRecord record = TRY(get(transaction, run));
  if (!record.same_as) return {};
  const RunId like = *record.same_as;
  const std::int64_t fence = record.fence;
  const std::string reason = "nothing changed since " + TRY(get(transaction, like)).name();
  LoadedRun loaded = TRY(load_same(transaction, std::move(record)));
  RunChanges changes;
  changes.created = std::move(loaded.tasks);
  changes.expansions = std::move(loaded.expansions);
  changes.results = std::move(loaded.results);
  TRY(transaction.execute("UPDATE run SET same_as = NULL WHERE id = :id", {run}));
  TRY(commit(transaction, run, fence, changes));
  TRY(transaction.execute(
      "INSERT INTO task_manifest (task, key, reason) SELECT task + :difference, key, CASE WHEN "
      "EXISTS (SELECT 1 FROM attempt WHERE attempt.task = task_manifest.task) THEN :reason ELSE "
      "reason END FROM task_manifest WHERE task >= :first AND task < :last",
      {task_key(run, 0) - task_key(like, 0), reason, task_key(like, 0), task_key(like + 1, 0)}));
  return {};
}

Result<void> RunStore::give_tasks_away(Transaction& transaction, RunId run) {
  const auto heir = TRY(transaction.query_row<std::optional<std::int64_t>>(
      "SELECT min(id) FROM run WHERE same_as = :run", {run}));
  if (!heir || !std::get<0>(*heir)) return {};
  const RunId next = *std::get<0>(*heir);
  TRY(give_own_tasks(transaction, next));
  TRY(transaction.execute("UPDATE run SET same_as = :next WHERE same_as = :run", {next, run}));
  return {};
}

}  // namespace gt
