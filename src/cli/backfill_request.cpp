#include "cli/backfill_request.h"

#include <algorithm>

#include "base/text.h"
#include "calendar/written_schedule.h"
#include "cli/firing_params.h"
#include "cli/moment.h"
#include "cli/record_run.h"
#include "definition/parameters.h"

namespace gt {

namespace {

constexpr std::size_t firings_max = 100'000;

/// One that has a schedule: others do not fire at times that could be listed.
Result<const Trigger*> find_trigger(const Pipeline& pipeline,
                                    const std::optional<std::string>& name) {
  std::vector<std::string> names;
  const Trigger* found = nullptr;
  for (const Trigger& trigger : pipeline.triggers) {
    if (name && trigger.name == *name && trigger.schedule() == nullptr)
      return error(Errc::invalid, "trigger {} has no schedule, so no firings that have passed",
                   trigger.name);
    if (trigger.schedule() == nullptr) continue;
    names.push_back(trigger.name);
    if (!name || trigger.name == *name) found = &trigger;
  }
  if (names.empty())
    return Error{Errc::invalid, fmt::format("pipeline {} has no schedule", pipeline.name),
                 "`triggers` in its file says when it runs"};
  if (!name && names.size() > 1)
    return Error{Errc::invalid, fmt::format("pipeline {} has several schedules", pipeline.name),
                 fmt::format("say one by --trigger: {}", fmt::join(names, ", "))};
  if (found != nullptr) return found;
  Error problem = error(Errc::not_found, "pipeline {} has no trigger {}", pipeline.name,
                        shell_quoted(printable(*name)));
  const auto near = nearest(*name, names);
  problem.hint = near ? fmt::format("did you mean {}?", *near)
                      : fmt::format("there are {}", fmt::join(names, ", "));
  return problem;
}

Result<DataInterval> read_span(const BackfillRequest& request, Time now) {
  if (!request.from)
    return Error{Errc::invalid, "a backfill needs --from, its beginning",
                 "--from 2026-01-01, and --to 2026-02-01 or --to 31d; now without --to"};
  DataInterval span{now, now};
  span.start = TRY(parse_moment(*request.from, now).context("--from"));
  if (request.to) span.end = TRY(parse_end(*request.to, span.start, now).context("--to"));
  if (span.end <= span.start)
    return Error{Errc::invalid,
                 request.to ? "--to is not after --from" : "--from is not in the past",
                 "the firings from --from on, before --to, have runs"};
  return span;
}

Result<Rerun> read_rerun(const std::optional<std::string>& text) {
  if (!text) return Rerun::none;
  const auto rerun = parse_rerun(*text);
  if (rerun) return *rerun;
  return Error{Errc::invalid,
               fmt::format("--rerun is failed or all, not {}", shell_quoted(printable(*text))),
               "firings that have a run are left alone without it"};
}

Result<std::vector<BackfillFiring>> firings_of(const Schedule& schedule, const DataInterval& span,
                                               bool reverse) {
  std::vector<BackfillFiring> found;
  Firings firings(schedule, span.start, span.end);
  while (const auto firing = firings.next()) {
    if (found.size() == firings_max)
      return Error{Errc::exhausted,
                   fmt::format("the trigger fires more than {} times in this time", firings_max),
                   "one backfill after another takes a part of it"};
    found.push_back({.at = firing->at, .interval = {firing->interval_start, firing->interval_end}});
  }
  if (reverse) std::ranges::reverse(found);
  return found;
}

}  // namespace

void declare(Options& options, BackfillRequest& request) {
  options.argument("PIPELINE", request.pipeline, Need::required,
                   "The name of a pipeline of the project, or its file.");
  options.option("--trigger", "TRIGGER", request.trigger,
                 "Whose firings; without it the pipeline's only schedule.");
  options.option("--from", "TIME", request.from, "The beginning, in UTC without an offset.");
  options.option("--to", "TIME", request.to,
                 "The end, which does not belong to it, or how long after the beginning, as 31d; "
                 "now without it.");
  options.option("--rerun", "WHICH", request.rerun,
                 "Firings that have a run have another one, too: `failed`, where the newest one "
                 "did not succeed, or `all`.");
  options.flag("--reverse", request.reverse, "The newest firing first.");
  options.option("-p,--param", "NAME=VALUE", request.params,
                 "A parameter of all its runs, which counts more than what the trigger says. May "
                 "be repeated.");
}

Result<PlannedBackfill> plan_firings(PipelineSource source, const BackfillRequest& request,
                                     JsonObject params, Time now) {
  DataInterval span = TRY(read_span(request, now));
  PlannedBackfill planned;
  planned.source = std::move(source);
  planned.backfill.rerun = TRY(read_rerun(request.rerun));
  planned.backfill.params = std::move(params);
  const Pipeline& pipeline = *planned.source.pipeline;
  const Trigger& trigger = *TRY(find_trigger(pipeline, request.trigger));
  const PlacedSchedule placed =
      TRY(place_schedule(*trigger.schedule()).context("trigger {}", trigger.name));
  if (span.end > now) {
    const auto next = placed.schedule.next_firing(now);
    if (next && next->at < span.end) planned.left_to_trigger = next->at;
    span.end = std::max(now, span.start);
  }
  planned.firings = TRY(firings_of(placed.schedule, span, request.reverse));
  for (const BackfillFiring& firing : planned.firings)
    TRY(firing_params(pipeline, trigger,
                      {firing.at, firing.at, firing.interval.start, firing.interval.end},
                      planned.backfill.params)
            .context("the run of {}", format_time(firing.at)));
  planned.backfill.pipeline = pipeline.name;
  planned.backfill.trigger = trigger.name;
  planned.backfill.span = span;
  planned.backfill.reverse = request.reverse;
  return planned;
}

Result<std::optional<PlannedBackfill>> plan_backfill(Session& session, const Project& project,
                                                     const BackfillRequest& request) {
  const Time now = session.clock.now();
  // What is wrong with the request is said before what is wrong with a file.
  TRY(read_span(request, now));
  TRY(read_rerun(request.rerun));
  PipelineText text = TRY(find_named_pipeline(session, project, request.pipeline));
  auto source = TRY(load_pipeline(session, std::move(text)));
  if (!source) return std::optional<PlannedBackfill>();
  JsonObject params;
  for (const std::string& assignment : request.params) {
    auto member = TRY(parse_parameter(*source->pipeline, assignment));
    params.set(std::move(member.first), std::move(member.second));
  }
  PlannedBackfill planned = TRY(plan_firings(*std::move(source), request, std::move(params), now));
  planned.backfill.created_by = person();
  return std::optional(std::move(planned));
}

Result<BackfillRecord> record_backfill(Records& records, PlannedBackfill& planned, Time now) {
  auto writer = TRY(records.database->begin_write());
  if (const auto& version = planned.source.from.version)
    planned.backfill.project_version = version->name();
  planned.backfill.plan_version = TRY(keep_pipeline(records, writer, planned.source, now));
  BackfillRecord made = TRY(BackfillStore().create(writer, planned.backfill, planned.firings, now));
  TRY(writer.commit());
  return made;
}

}  // namespace gt
