// What the server's clients ask of it.
#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "cli/claimed_run.h"
#include "cli/new_runs.h"
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

Result<BegunRun> Resident::begin_asked(const AskedRun& asked) {
  project_.look_at(asked.pipeline);
  const auto found = project_.pipelines().find(asked.pipeline);
  if (found == project_.pipelines().end())
    return error(Errc::not_found, "there is no pipeline {}",
                 shell_quoted(printable(asked.pipeline)));
  const auto& pipeline = found->second->source.pipeline;
  NewRuns new_runs(session_, records_, workshop_, *found->second);
  JsonObject params = TRY(bound_values(*pipeline, asked.params));
  // What is selected must be there before anything is recorded.
  if (!asked.options.only.empty() || !asked.options.from.empty() || !asked.options.refresh.empty())
    TRY(check_selection(*Plan::build(pipeline, params), asked.options));
  NewRun wanted = TRY(new_runs.of(std::move(params)));
  const Time now = session_.clock.now();
  wanted.options = asked.options;
  wanted.logical_date = asked.logical_date.value_or(now);
  wanted.is_served = true;
  const std::string request = asked.idempotency_key.empty() ? "" : request_of(asked);
  IdempotentRuns idempotent;

  auto writer = TRY(records_.database->begin_write());
  if (!asked.idempotency_key.empty())
    if (const auto earlier = TRY(idempotent.find(writer, asked.idempotency_key, request, now)))
      return BegunRun{TRY(records_.runs.get(writer, *earlier)), true};
  wanted.plan_version = TRY(new_runs.keep_pipeline(writer));
  RunRecord run = TRY(records_.runs.create(writer, wanted, now, session_.entropy));
  if (!asked.idempotency_key.empty())
    TRY(idempotent.add(writer, asked.idempotency_key, request, run.id, now));
  TRY(writer.commit());
  news_.recorded(run);
  waiting_.push_back({.run = run, .pipeline = pipeline});
  records_.database->ring_followers();
  return BegunRun{std::move(run), false};
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
  activate(run);
  const auto reopened =
      workshop_.engine().reopen(run.id, std::move(plan), std::move(selection), who);
  if (!reopened) active_.erase(run.id);
  TRY(reopened);
  say_(fmt::format("{} goes on: retry by {}", run.name(), printable(who)));
  return {};
}

Result<void> Resident::clear(RunId id, const ClearRequest& request) {
  TRY(clear_undriven(records_, id, request, session_.clock.now()));
  return take_up(id);
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
