#include "run/backfill_store.h"

#include <charconv>

#include "base/text.h"

namespace gt {

namespace {

constexpr const char* backfill_columns =
    "SELECT id, pipeline, trigger, begins_at, ends_at, max_active, rerun, reverse, params, "
    "plan_version, state, created_by, created_at, ended_at, owner_engine, "
    "project_version FROM backfill ";

constexpr const char* firing_columns =
    "SELECT number, at, interval_start, interval_end, outcome, reason, run FROM backfill_firing ";

Error damaged(BackfillId id) {
  return error(Errc::internal, "the record of {} is damaged", backfill_name(id));
}

/// `rest` is a constant: the statement is prepared once.
Result<std::vector<BackfillRecord>> read_backfills(Transaction& transaction,
                                                   const std::string& rest, Binds binds) {
  std::vector<BackfillRecord> found;
  const Result<void> read =
      transaction.query<std::int64_t, std::string, std::string, Time, Time, std::int64_t,
                        std::string, bool, std::string, std::string, std::string, std::string, Time,
                        std::optional<Time>, std::string, std::optional<std::string>>(
          backfill_columns + rest, binds,
          [&](std::int64_t id, std::string pipeline, std::string trigger, Time begins_at,
              Time ends_at, std::int64_t max_active, std::string rerun, bool reverse,
              std::string params, std::string plan_version, std::string state,
              std::string created_by, Time created_at, std::optional<Time> ended_at,
              std::string owner, std::optional<std::string> project_version) -> Result<void> {
            BackfillRecord record;
            record.id = id;
            record.pipeline = std::move(pipeline);
            record.trigger = std::move(trigger);
            record.span = {begins_at, ends_at};
            record.max_active = max_active;
            const auto known_rerun = parse_rerun(rerun);
            const auto known_state = parse_backfill_state(state);
            const Json given = TRY(parse_json(params));
            if (!known_rerun || !known_state || given.object() == nullptr) return damaged(id);
            record.rerun = *known_rerun;
            record.state = *known_state;
            record.params = *given.object();
            record.reverse = reverse;
            record.plan_version = std::move(plan_version);
            record.created_by = std::move(created_by);
            record.created_at = created_at;
            record.ended_at = ended_at;
            record.owner_engine = std::move(owner);
            record.project_version = std::move(project_version).value_or("");
            found.push_back(std::move(record));
            return {};
          });
  TRY(read);
  return found;
}

Result<std::vector<BackfillFiring>> read_firings(Transaction& transaction, BackfillId id,
                                                 const std::string& rest) {
  std::vector<BackfillFiring> found;
  TRY((transaction.query<std::int64_t, Time, Time, Time, std::string, std::string,
                         std::optional<std::int64_t>>(
      firing_columns + rest, {id},
      [&](std::int64_t number, Time at, Time start, Time end, std::string outcome,
          std::string reason, std::optional<std::int64_t> run) -> Result<void> {
        const auto known = parse_backfill_outcome(outcome);
        if (!known) return damaged(id);
        found.push_back({number, at, {start, end}, *known, std::move(reason), run});
        return {};
      })));
  return found;
}

Error no_backfill(std::string_view name) {
  return Error{Errc::not_found, fmt::format("there is no backfill {}", printable(name)),
               "`geartrain backfill list` lists them"};
}

/// Of a firing that was begun, by the state of its run: nothing if that was removed since.
std::int64_t& place_of(BackfillCounts& counts, BackfillOutcome outcome,
                       std::optional<RunState> state) {
  switch (outcome) {
    case BackfillOutcome::waiting:
      return counts.waiting;
    case BackfillOutcome::kept:
      return counts.kept;
    case BackfillOutcome::refused:
      return counts.refused;
    case BackfillOutcome::cancelled:
      return counts.cancelled;
    case BackfillOutcome::begun:
      break;
  }
  if (!state) return counts.succeeded;
  if (!is_ended(*state)) return counts.active;
  return *state == RunState::succeeded ? counts.succeeded
         : *state == RunState::failed  ? counts.failed
                                       : counts.cancelled;
}

}  // namespace

Result<BackfillRecord> BackfillStore::create(Transaction& transaction, const NewBackfill& wanted,
                                             const std::vector<BackfillFiring>& firings, Time now) {
  BackfillRecord record{wanted};
  const auto last =
      TRY(transaction.query_row<std::int64_t>("SELECT coalesce(max(id), 0) FROM backfill", {}));
  record.id = std::get<0>(*last) + 1;
  record.created_at = now;
  const std::string params = compact_json(record.params);
  TRY(transaction.execute(
      "INSERT INTO backfill (id, pipeline, trigger, begins_at, ends_at, max_active, rerun, "
      "reverse, params, plan_version, state, created_by, created_at, owner_engine, "
      "project_version) VALUES (:id, "
      ":pipeline, :trigger, :begins_at, :ends_at, :max_active, :rerun, :reverse, :params, "
      ":plan_version, :state, :created_by, :created_at, :owner_engine, :project_version)",
      {record.id, record.pipeline, record.trigger, record.span.start, record.span.end,
       record.max_active, to_text(record.rerun), record.reverse, params, record.plan_version,
       to_text(record.state), record.created_by, record.created_at, record.owner_engine,
       record.project_version.empty() ? Bind(nullptr) : Bind(record.project_version)}));
  std::vector<Bind> rows;
  std::int64_t number = 0;
  for (const BackfillFiring& firing : firings)
    rows.insert(rows.end(), {record.id, ++number, firing.at, firing.interval.start,
                             firing.interval.end, to_text(BackfillOutcome::waiting), ""});
  TRY(transaction.execute_many(
      "INSERT INTO backfill_firing (backfill, number, at, interval_start, interval_end, outcome, "
      "reason) VALUES (:backfill, :number, :at, :interval_start, :interval_end, :outcome, :reason)",
      7, rows));
  return record;
}

Result<BackfillRecord> BackfillStore::get(Transaction& transaction, BackfillId id) {
  auto found = TRY(read_backfills(transaction, "WHERE id = :id", {id}));
  if (found.empty()) return no_backfill(backfill_name(id));
  return std::move(found.front());
}

Result<BackfillRecord> BackfillStore::find(Transaction& transaction, std::string_view name) {
  if (name == "latest") {
    auto found = TRY(read_backfills(transaction, "ORDER BY id DESC LIMIT 1", {}));
    if (found.empty()) return no_backfill(name);
    return std::move(found.front());
  }
  constexpr std::string_view prefix = "backfill/";
  const std::string_view digits = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  BackfillId id = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (problem != std::errc() || end != digits.data() + digits.size()) return no_backfill(name);
  auto found = TRY(read_backfills(transaction, "WHERE id = :id", {id}));
  if (found.empty()) return no_backfill(name);
  return std::move(found.front());
}

Result<std::vector<BackfillRecord>> BackfillStore::list(Transaction& transaction,
                                                        const std::optional<std::string>& pipeline,
                                                        std::size_t limit) {
  return read_backfills(transaction,
                        "WHERE pipeline = coalesce(:pipeline, pipeline) ORDER BY id DESC LIMIT "
                        ":limit",
                        {pipeline, limit});
}

Result<std::vector<BackfillRecord>> BackfillStore::open(Transaction& transaction) {
  return read_backfills(transaction, "WHERE ended_at IS NULL ORDER BY id", {});
}

Result<std::vector<BackfillFiring>> BackfillStore::firings(Transaction& transaction,
                                                           BackfillId id) {
  return read_firings(transaction, id, "WHERE backfill = :backfill ORDER BY number");
}

Result<std::optional<BackfillFiring>> BackfillStore::next_waiting(Transaction& transaction,
                                                                  BackfillId id) {
  auto found = TRY(
      read_firings(transaction, id,
                   "WHERE backfill = :backfill AND outcome = 'waiting' ORDER BY number LIMIT 1"));
  if (found.empty()) return std::optional<BackfillFiring>();
  return std::optional(std::move(found.front()));
}

Result<BackfillCounts> BackfillStore::counts(Transaction& transaction, BackfillId id) {
  BackfillCounts counts;
  TRY((transaction.query<std::string, std::optional<std::string>, std::int64_t>(
      "SELECT outcome, state, count(*) FROM backfill_firing LEFT JOIN run ON run.id = "
      "backfill_firing.run AND run.backfill = backfill_firing.backfill WHERE "
      "backfill_firing.backfill = :backfill GROUP BY outcome, state",
      {id},
      [&](std::string outcome, std::optional<std::string> state,
          std::int64_t count) -> Result<void> {
        const auto known = parse_backfill_outcome(outcome);
        if (!known) return damaged(id);
        place_of(counts, *known, state ? parse_run_state(*state) : std::nullopt) += count;
        return {};
      })));
  return counts;
}

Result<void> BackfillStore::settle(Transaction& transaction, BackfillId id,
                                   const BackfillFiring& firing) {
  const std::int64_t changed = TRY(transaction.execute(
      "UPDATE backfill_firing SET outcome = :outcome, reason = :reason, run = :run WHERE backfill "
      "= :backfill AND number = :number AND outcome = 'waiting'",
      {to_text(firing.outcome), firing.reason, firing.run, id, firing.number}));
  if (changed == 0)
    return error(Errc::conflict, "a firing of {} was decided meanwhile", backfill_name(id));
  return {};
}

Result<void> BackfillStore::cancel_waiting(Transaction& transaction, BackfillId id) {
  TRY(transaction.execute(
      "UPDATE backfill_firing SET outcome = 'cancelled' WHERE backfill = :backfill AND outcome = "
      "'waiting'",
      {id}));
  return {};
}

Result<void> BackfillStore::set_state(Transaction& transaction, BackfillId id,
                                      BackfillState state) {
  TRY(transaction.execute("UPDATE backfill SET state = :state WHERE id = :id",
                          {to_text(state), id}));
  return {};
}

Result<void> BackfillStore::end(Transaction& transaction, BackfillId id, BackfillState state,
                                Time now) {
  TRY(transaction.execute("UPDATE backfill SET state = :state, ended_at = :ended_at WHERE id = :id",
                          {to_text(state), now, id}));
  return {};
}

Result<void> BackfillStore::claim(Transaction& transaction, BackfillId id, const std::string& owner,
                                  const std::string& engine) {
  const std::int64_t changed = TRY(transaction.execute(
      "UPDATE backfill SET owner_engine = :engine WHERE id = :id AND owner_engine = :owner",
      {engine, id, owner}));
  if (changed == 0)
    return error(Errc::conflict, "another geartrain has taken {} over", backfill_name(id));
  return {};
}

}  // namespace gt
