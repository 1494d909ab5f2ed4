#include "run/run_end_store.h"

namespace gt {

Result<void> RunEndStore::add(Transaction& transaction, RunId run, RunState state) {
  // A new one's sequence is one more than the largest, which is never removed.
  TRY(transaction.execute("INSERT INTO run_end (run, state) VALUES (:run, :state)",
                          {run, to_text(state)}));
  TRY(transaction.execute(
      "DELETE FROM run_end WHERE sequence <= (SELECT max(sequence) FROM run_end) - :kept",
      {kept_max}));
  return {};
}

Result<std::vector<RecordedRunEnd>> RunEndStore::list(Transaction& transaction,
                                                      const std::string& pipeline,
                                                      std::int64_t sequence) {
  std::vector<RecordedRunEnd> ends;
  TRY((transaction.query<std::int64_t, std::int64_t, std::string>(
      "SELECT run_end.sequence, run_end.run, run_end.state FROM run_end JOIN run ON run.id = "
      "run_end.run WHERE run_end.sequence > :sequence AND run.pipeline = :pipeline ORDER BY "
      "run_end.sequence",
      {sequence, pipeline},
      [&](std::int64_t at, std::int64_t run, const std::string& word) -> Result<void> {
        const auto state = parse_run_state(word);
        if (!state) return error(Errc::internal, "a run ended in the unknown state {}", word);
        ends.push_back({at, run, *state});
        return {};
      })));
  return ends;
}

Result<std::vector<RecordedRunEnd>> RunEndStore::list_all(Transaction& transaction,
                                                          std::int64_t sequence,
                                                          std::size_t limit) {
  std::vector<RecordedRunEnd> ends;
  TRY((transaction.query<std::int64_t, std::int64_t, std::string>(
      "SELECT sequence, run, state FROM run_end WHERE sequence > :sequence ORDER BY sequence LIMIT "
      ":limit",
      {sequence, static_cast<std::int64_t>(limit)},
      [&](std::int64_t at, std::int64_t run, const std::string& word) -> Result<void> {
        const auto state = parse_run_state(word);
        if (!state) return error(Errc::internal, "a run ended in the unknown state {}", word);
        ends.push_back({at, run, *state});
        return {};
      })));
  return ends;
}

Result<std::int64_t> RunEndStore::last(Transaction& transaction) {
  const auto row = TRY(
      transaction.query_row<std::int64_t>("SELECT coalesce(max(sequence), 0) FROM run_end", {}));
  return row ? std::get<0>(*row) : 0;
}

Result<std::optional<RunEndProgress>> RunEndStore::progress(Transaction& transaction,
                                                            const std::string& pipeline,
                                                            const std::string& trigger) {
  auto row = TRY((transaction.query_row<std::string, std::int64_t>(
      "SELECT rule, heard FROM run_end_trigger WHERE pipeline = :pipeline AND name = :name",
      {pipeline, trigger})));
  if (!row) return std::optional<RunEndProgress>();
  return std::optional(RunEndProgress{std::move(std::get<0>(*row)), std::get<1>(*row)});
}

Result<void> RunEndStore::set_progress(Transaction& transaction, const std::string& pipeline,
                                       const std::string& trigger, const RunEndProgress& progress) {
  TRY(transaction.execute(
      "INSERT INTO run_end_trigger (pipeline, name, rule, heard) VALUES (:pipeline, :name, :rule, "
      ":heard) ON CONFLICT (pipeline, name) DO UPDATE SET rule = excluded.rule, heard = "
      "excluded.heard",
      {pipeline, trigger, progress.rule, progress.heard}));
  return {};
}

}  // namespace gt
