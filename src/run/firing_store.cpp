#include "run/firing_store.h"

#include <array>

namespace gt {

namespace {

constexpr std::array<const char*, 3> outcome_words = {"begun", "skipped", "refused"};

}  // namespace

const char* to_text(FiringOutcome outcome) {
  return outcome_words[static_cast<std::size_t>(outcome)];
}

std::optional<FiringOutcome> parse_firing_outcome(std::string_view text) {
  for (std::size_t i = 0; i < outcome_words.size(); ++i)
    if (text == outcome_words[i]) return static_cast<FiringOutcome>(i);
  return std::nullopt;
}

Result<std::optional<TriggerProgress>> FiringStore::progress(Transaction& transaction,
                                                             const std::string& pipeline,
                                                             const std::string& trigger) {
  auto row = TRY((transaction.query_row<std::string, Time>(
      "SELECT schedule, decided_until FROM trigger WHERE pipeline = :pipeline AND name = :name",
      {pipeline, trigger})));
  if (!row) return std::optional<TriggerProgress>();
  return std::optional(TriggerProgress{std::move(std::get<0>(*row)), std::get<1>(*row)});
}

Result<void> FiringStore::set_progress(Transaction& transaction, const std::string& pipeline,
                                       const std::string& trigger,
                                       const TriggerProgress& progress) {
  TRY(transaction.execute(
      "INSERT INTO trigger (pipeline, name, schedule, decided_until) VALUES (:pipeline, :name, "
      ":schedule, :decided_until) ON CONFLICT (pipeline, name) DO UPDATE SET schedule = "
      "excluded.schedule, decided_until = excluded.decided_until",
      {pipeline, trigger, progress.schedule, progress.decided_until}));
  return {};
}

Result<Time> FiringStore::next_at(Transaction& transaction, const std::string& pipeline,
                                  const std::string& trigger, Time now) {
  const auto row = TRY(transaction.query_row<std::optional<Time>>(
      "SELECT max(at) FROM firing WHERE pipeline = :pipeline AND trigger = :trigger",
      {pipeline, trigger}));
  const auto last = row ? std::get<0>(*row) : std::nullopt;
  return last ? std::max(now, *last + std::chrono::microseconds(1)) : now;
}

Result<void> FiringStore::add(Transaction& transaction, const RecordedFiring& firing) {
  const std::string cause = firing.cause.empty() ? "" : compact_json(firing.cause);
  TRY(transaction.execute(
      "INSERT INTO firing (pipeline, trigger, at, outcome, reason, run, recorded_at, cause) VALUES "
      "(:pipeline, :trigger, :at, :outcome, :reason, :run, :recorded_at, :cause)",
      {firing.pipeline, firing.trigger, firing.at, to_text(firing.outcome), firing.reason,
       firing.run, firing.recorded_at, cause.empty() ? Bind(nullptr) : Bind(cause)}));
  TRY(transaction.execute(
      "DELETE FROM firing WHERE pipeline = :pipeline AND trigger = :trigger AND at < (SELECT at "
      "FROM firing WHERE pipeline = :pipeline AND trigger = :trigger ORDER BY at DESC LIMIT 1 "
      "OFFSET :kept)",
      {firing.pipeline, firing.trigger, kept_max - 1}));
  return {};
}

Result<std::vector<RecordedFiring>> FiringStore::list(Transaction& transaction,
                                                      const FiringFilter& filter) {
  std::vector<RecordedFiring> firings;
  TRY((transaction.query<std::string, std::string, Time, std::string, std::string,
                         std::optional<std::int64_t>, Time, std::optional<std::string>>(
      "SELECT pipeline, trigger, at, outcome, reason, run, recorded_at, cause FROM firing WHERE "
      "pipeline "
      "= coalesce(:pipeline, pipeline) AND trigger = coalesce(:trigger, trigger) ORDER BY at DESC, "
      "pipeline, trigger LIMIT :limit",
      {filter.pipeline, filter.trigger, filter.limit},
      [&](std::string pipeline, std::string trigger, Time at, std::string outcome,
          std::string reason, std::optional<std::int64_t> run, Time recorded_at,
          const std::optional<std::string>& cause_text) -> Result<void> {
        const auto parsed = parse_firing_outcome(outcome);
        if (!parsed) return error(Errc::internal, "a firing has the unknown outcome {}", outcome);
        const Json cause = cause_text ? parse_json(*cause_text).value_or(Json()) : Json();
        firings.push_back({std::move(pipeline), std::move(trigger), at, *parsed, std::move(reason),
                           cause.object() ? *cause.object() : JsonObject(), run, recorded_at});
        return {};
      })));
  return firings;
}

}  // namespace gt
