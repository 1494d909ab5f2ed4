// What the server's clients ask of it.
#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "cli/backfill_request.h"
#include "cli/claimed_run.h"
#include "cli/counted.h"
#include "cli/resident.h"
#include "cli/run_request.h"
#include "definition/parameters.h"
#include "run/idempotent_runs.h"
#include "run/run_json.h"
#include "view/run_view.h"

namespace gt {

namespace {

/// A step that there is not is a mistake of the request, not a path that leads nowhere.
Result<void> check_selection(const Plan& plan, const RunOptions& options) {
  auto selection = selection_of(plan, options);
  if (selection) return {};
  Error problem = std::move(selection).error();
  if (problem.code == Errc::not_found) problem.code = Errc::invalid;
  return problem;
}

/// Equal for requests that ask for the same.
std::string request_of(const AskedRun& asked) {
  const std::string date =
      asked.logical_date ? std::to_string(to_microseconds(*asked.logical_date)) : "";
  return sha256(fmt::format("{}\n{}\n{}\n{}", asked.pipeline, date, options_text(asked.options),
                            canonical_json(asked.params)))
      .hex();
}

}  // namespace

std::vector<Result<BegunRun>> Resident::begin_asked(const std::vector<AskedRun>& asked) {
  std::map<std::string, AskedPipeline> pipelines;
  std::vector<Result<NewRun>> wanted;
  const Time now = session_.clock.now();
  for (const AskedRun& one : asked) wanted.push_back(new_run_of(one, pipelines, now));
  std::vector<Result<BegunRun>> begun = record_asked(asked, std::move(wanted), pipelines, now);
  bool is_news = false;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!begun[i] || begun[i]->is_replay) continue;
    news_.recorded(begun[i]->run);
    waiting_.push_back(
        {.run = begun[i]->run, .pipeline = pipelines.at(asked[i].pipeline).pipeline});
    is_news = true;
  }
  if (is_news) records_.database->ring_followers();
  return begun;
}

Result<NewRun> Resident::new_run_of(const AskedRun& asked,
                                    std::map<std::string, AskedPipeline>& pipelines, Time now) {
  auto known = pipelines.find(asked.pipeline);
  if (known == pipelines.end()) {
    project_.look_at(asked.pipeline);
    const auto found = project_.pipelines().find(asked.pipeline);
    if (found == project_.pipelines().end())
      return error(Errc::not_found, "there is no pipeline {}",
                   shell_quoted(printable(asked.pipeline)));
    const std::shared_ptr<const ServedPipeline>& served = found->second;
    known =
        pipelines
            .emplace(asked.pipeline, AskedPipeline{served, served->source.pipeline,
                                                   NewRuns(session_, records_, workshop_, *served)})
            .first;
  }
  AskedPipeline& pipeline = known->second;
  JsonObject params = TRY(bound_values(*pipeline.pipeline, asked.params));
  // What is selected must be there before anything is recorded.
  if (!asked.options.only.empty() || !asked.options.from.empty() || !asked.options.refresh.empty())
    TRY(check_selection(*Plan::build(pipeline.pipeline, params), asked.options));
  NewRun wanted = TRY(pipeline.new_runs.of(std::move(params)));
  wanted.options = asked.options;
  wanted.logical_date = asked.logical_date.value_or(now);
  wanted.is_served = true;
  return wanted;
}

std::vector<Result<BegunRun>> Resident::record_asked(
    const std::vector<AskedRun>& asked, std::vector<Result<NewRun>> wanted,
    std::map<std::string, AskedPipeline>& pipelines, Time now) {
  std::vector<Result<BegunRun>> begun;
  const auto record_all = [&]() -> Result<void> {
    auto writer = TRY(records_.database->begin_write());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!wanted[i]) {
        begun.emplace_back(wanted[i].error());
        continue;
      }
      wanted[i]->plan_version = TRY(pipelines.at(asked[i].pipeline).new_runs.keep_pipeline(writer));
      begun.push_back(record_one(writer, asked[i], *wanted[i], now));
      // Of one that asks for what cannot be nothing is written; any other trouble is that of all.
      if (!begun.back() && begun.back().error().code != Errc::conflict) return begun.back().error();
    }
    return writer.commit();
  };
  if (std::ranges::none_of(wanted, [](const auto& one) { return one.ok(); })) {
    for (const Result<NewRun>& one : wanted) begun.emplace_back(one.error());
    return begun;
  }
  if (const auto recorded = record_all(); !recorded) {
    begun.clear();
    for (const Result<NewRun>& one : wanted)
      begun.emplace_back(one ? recorded.error() : one.error());
  }
  return begun;
}

Result<BegunRun> Resident::record_one(Transaction& writer, const AskedRun& asked,
                                      const NewRun& wanted, Time now) {
  if (asked.idempotency_key.empty())
    return BegunRun{TRY(records_.runs.create(writer, wanted, now, session_.entropy)), false};
  IdempotentRuns idempotent;
  const std::string request = request_of(asked);
  if (const auto earlier = TRY(idempotent.find(writer, asked.idempotency_key, request, now)))
    return BegunRun{TRY(records_.runs.get(writer, *earlier)), true};
  RunRecord run = TRY(records_.runs.create(writer, wanted, now, session_.entropy));
  TRY(idempotent.add(writer, asked.idempotency_key, request, run.id, now));
  return BegunRun{std::move(run), false};
}

Result<CallAnswer> Resident::call(const HeardCall& call) {
  project_.look_at(call.pipeline);
  const auto found = project_.pipelines().find(call.pipeline);
  if (found == project_.pipelines().end())
    return error(Errc::not_found, "there is no pipeline {}",
                 shell_quoted(printable(call.pipeline)));
  CallAnswer answer;
  const FiredTrigger fired = TRY(events_.hear_call(found->second, call, answer));
  TRY(take_fired(fired));
  return answer;
}

Result<ShownBackfill> Resident::begin_backfill(const AskedBackfill& asked) {
  project_.look_at(asked.pipeline);
  const auto found = project_.pipelines().find(asked.pipeline);
  if (found == project_.pipelines().end())
    return error(Errc::not_found, "there is no pipeline {}",
                 shell_quoted(printable(asked.pipeline)));
  const BackfillRequest request{.pipeline = asked.pipeline,
                                .trigger = asked.trigger,
                                .from = asked.from,
                                .to = asked.to,
                                .rerun = asked.rerun,
                                .params = {},
                                .reverse = asked.reverse};
  const Time now = session_.clock.now();
  auto planned = plan_firings(found->second->source, request, asked.params, now);
  // Too much of one request, not of the server.
  if (!planned && planned.error().code == Errc::exhausted)
    return Error{Errc::invalid, planned.error().message, planned.error().hint};
  TRY(planned);
  if (planned->firings.empty())
    return error(Errc::invalid, "the trigger does not fire in this time");
  planned->backfill.max_active =
      asked.max_active.value_or(session_.settings().number(SettingId::max_active));
  planned->backfill.created_by = asked.by;
  planned->backfill.owner_engine = workshop_.engine_id();
  const BackfillRecord made = TRY(record_backfill(records_, *planned, now));
  backfills_.look_again();
  say_(fmt::format("{} of {} {}: {}, asked for by {}", made.name(), made.pipeline, made.trigger,
                   counted(static_cast<std::int64_t>(planned->firings.size()), "firing"),
                   printable(asked.by)));
  // Before this thread begins its runs.
  auto reader = TRY(records_.database->begin_read());
  return find_backfill(records_.runs, reader, made.id);
}

Result<void> Resident::retry(RunId id, const std::string& who) {
  RunRecord run;
  std::shared_ptr<const Plan> plan;
  {
    auto reader = TRY(records_.database->begin_read());
    run = TRY(records_.runs.get(reader, id));
    TRY(check_retry(run));
    plan = TRY(recorded_plan(records_.runs, reader, run));
  }
  Selection selection = TRY(selection_of(*plan, run.options));
  TRY(workshop_.claim(run));
  active_.add(run);
  const auto reopened =
      workshop_.engine().reopen(run.id, std::move(plan), std::move(selection), who);
  if (!reopened) active_.remove(run.id);
  TRY(reopened);
  say_(fmt::format("{} goes on: retry by {}", run.name(), printable(who)));
  return {};
}

Result<bool> Resident::change(RunId id, const DriverRequest& request) {
  const auto changed = TRY(change_undriven(records_, id, request, session_.clock.now()));
  if (!changed) return false;
  TRY(take_up(id));
  return true;
}

Result<void> Resident::take_up(RunId id) {
  if (is_ours(id)) return {};
  auto reader = TRY(records_.database->begin_read());
  RunRecord run = TRY(records_.runs.get(reader, id));
  if (is_ended(run.state)) return {};
  waiting_.push_back({.run = std::move(run), .pipeline = {}, .is_begun = true});
  return {};
}

}  // namespace gt
