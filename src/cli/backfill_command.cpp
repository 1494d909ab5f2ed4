#include "base/text.h"
#include "cli/backfill_request.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/one_backfill.h"
#include "cli/record_run.h"
#include "cli/run_text.h"
#include "cli/table.h"
#include "view/backfill_view.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain backfill report --from 2026-01-01 --to 2026-02-01",
     "a run for each firing of January"},
    {"geartrain backfill report --from 2026-01-01 --dry-run",
     "which firings have a run, and which would"},
    {"geartrain backfill report --from 2026-01-01 --rerun failed --reverse",
     "what is missing or failed, the newest first"},
};

/// What one firing would come to.
struct Foreseen {
  const BackfillFiring& firing;
  std::optional<RunRecord> newest;
  bool has_run;  ///< by this backfill
};

Result<std::vector<Foreseen>> foresee(Session& session, const PlannedBackfill& planned) {
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  std::vector<Foreseen> all;
  if (!records) {
    for (const BackfillFiring& firing : planned.firings) all.push_back({firing, {}, true});
    return all;
  }
  auto reader = TRY(records->database->begin_read());
  for (const BackfillFiring& firing : planned.firings) {
    auto newest = TRY(records->runs.newest_of_firing(reader, planned.backfill.pipeline,
                                                     planned.backfill.trigger, firing.at));
    const bool has_run = wants_run(planned.backfill.rerun, newest);
    all.push_back({firing, std::move(newest), has_run});
  }
  return all;
}

Result<void> show_plan(Session& session, const PlannedBackfill& planned, const OutputForm& output) {
  const auto foreseen = TRY(foresee(session, planned));
  if (!output.is_table()) {
    JsonList list;
    for (const auto& [firing, newest, has_run] : foreseen)
      list.emplace_back(JsonObject{{"at", format_time(firing.at)},
                                   {"logical_date", format_time(firing.at)},
                                   {"interval_start", format_time(firing.interval.start)},
                                   {"interval_end", format_time(firing.interval.end)},
                                   {"would", has_run ? "run" : "keep"},
                                   {"run", newest ? Json(newest->name()) : Json()},
                                   {"state", newest ? Json(to_text(newest->state)) : Json()}});
    session.console.print(output.text_of(std::move(list)));
    return {};
  }
  Table table({"firing", "would", "has"});
  std::int64_t runs = 0;
  for (const auto& [firing, newest, has_run] : foreseen) {
    if (has_run) ++runs;
    table.add({{format_time(firing.at)},
               {has_run ? "run" : "keep", has_run ? Tone::strong : Tone::faint},
               {newest ? fmt::format("{} {}", newest->name(), to_text(newest->state)) : "-"}});
  }
  if (!table.empty()) session.console.print(table.text(session.console));
  session.console.print(
      fmt::format("{} of {} {}: {} would begin\n",
                  counted(static_cast<std::int64_t>(planned.firings.size()), "firing"),
                  planned.backfill.pipeline, planned.backfill.trigger, counted(runs, "run")));
  return {};
}

std::string described(const BackfillRecord& made, std::size_t firings) {
  return fmt::format("{} of {} {}: {}, at most {} at once", made.name(), made.pipeline,
                     made.trigger, counted(static_cast<std::int64_t>(firings), "firing"),
                     counted(made.max_active, "run"));
}

/// A server does it.
Result<void> leave(Session& session, PlannedBackfill& planned, const OutputForm& output) {
  Records records = TRY(open_records(session));
  const BackfillRecord made = TRY(record_backfill(records, planned, session.clock.now()));
  records.database->ring_engines();
  session.console.say(described(made, planned.firings.size()));
  if (output.is_table()) {
    session.console.say(fmt::format(
        "`geartrain up` begins its runs; `geartrain backfill resume {}` does so here", made.id));
    return {};
  }
  auto reader = TRY(records.database->begin_read());
  session.console.print(
      output.text_of(backfill_json(TRY(find_backfill(records.runs, reader, made.id)))));
  return {};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(backfill_command.text);
  BackfillRequest request;
  bool is_dry = false, is_detached = false;
  OutputForm output;
  declare(options, request);
  options.setting(SettingId::max_active);
  options.flag("--dry-run", is_dry, "Only say which firings would have a run.");
  options.flag("--detach", is_detached, "Leave it to a `geartrain up` of this project.");
  declare_execution(options);
  options.output(output, {.text = "the backfill as `backfill show --json`; of --dry-run a list of "
                                  "{at, logical_date, interval_start, interval_end, would, run, "
                                  "state}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const Project project = TRY(find_project(session));
  auto planned = TRY(plan_backfill(session, project, request));
  if (!planned) return ExitCode::invalid_definition;
  if (planned->left_to_trigger)
    session.console.say(fmt::format("firings from {} on are left to the trigger",
                                    format_time(*planned->left_to_trigger)));
  if (is_dry) {
    TRY(show_plan(session, *planned, output));
    return ExitCode::ok;
  }
  if (planned->firings.empty())
    return Error{Errc::not_found, "the trigger does not fire in this time",
                 "`geartrain schedule simulate` lists when it does"};
  planned->backfill.max_active = session.settings().number(SettingId::max_active);
  if (is_detached) {
    TRY(leave(session, *planned, output));
    return ExitCode::ok;
  }
  Records records = TRY(open_records(session));
  Engaged engaged = TRY(engage(session, records));
  planned->backfill.owner_engine = engaged.workshop->engine_id();
  const BackfillRecord made = TRY(record_backfill(records, *planned, session.clock.now()));
  engaged.progress->say(described(made, planned->firings.size()));
  return drive_backfill(session, records, engaged, made.id, output);
}

}  // namespace

const CliCommand backfill_command = {
    {"backfill", "run what a trigger would have begun in the past",
     "A run for each firing of the trigger from --from on, before --to, as if it had been served "
     "then: with its logical date, its interval, and the parameters that the trigger gives. A "
     "firing that has a run already is left alone. All runs are of the pipeline as it is now, and "
     "one object, `backfill/3`, stands for them: it can be shown, paused and cancelled from "
     "anywhere, and goes on after a crash, with one run for each firing.\n"
     "Ctrl-C pauses it: the runs that go on may end. A second one, and SIGTERM, leave at once; "
     "what runs goes on.",
     examples},
    true,
    run};

}  // namespace gt
