#include "base/text.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/table.h"
#include "view/firing_view.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain schedule history", "what has fired last, and what came of it"},
    {"geartrain schedule history --trigger nightly --json", "of one trigger, for scripts"},
};

std::string run_text(const ShownFiring& shown) {
  if (shown.run) return fmt::format("{} {}", shown.run->name(), to_text(shown.run->state));
  return shown.firing.run ? "removed since" : shown.firing.reason;
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(schedule_history_command.text);
  FiringFilter filter;
  std::optional<std::int64_t> limit;
  OutputForm output;
  options.option("--pipeline", "NAME", filter.pipeline, "Only firings of this pipeline.");
  options.option("--trigger", "TRIGGER", filter.trigger, "Only those of triggers of this name.");
  options.option("--limit", "N", limit, 1, "At most so many; 50 without it.");
  options.output(output, {.text = "[{pipeline, trigger, at, outcome, reason, cause, run, "
                                  "state, recorded_at}], newest first."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  if (limit) filter.limit = static_cast<std::size_t>(*limit);
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const auto firings = TRY(find_firings(records.runs, reader, filter));
  if (!output.is_table()) {
    session.console.print(output.text_of(firings_json(firings)));
    return ExitCode::ok;
  }
  Table table({"at", "pipeline", "trigger", "outcome", "run"});
  for (const ShownFiring& one : firings) {
    const bool has_run = one.firing.outcome == FiringOutcome::begun;
    table.add({{format_time(one.firing.at), Tone::plain},
               {one.firing.pipeline, Tone::strong},
               {one.firing.trigger, Tone::strong},
               {to_text(one.firing.outcome), has_run ? Tone::plain : Tone::warning},
               {run_text(one), Tone::plain}});
  }
  if (table.empty())
    session.console.say("nothing has fired yet");
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

}  // namespace

const CliCommand schedule_history_command = {
    {"schedule history", "list what triggers have fired, newest first",
     "Each firing that `geartrain up` has decided: `begun` with its run, `skipped` since an "
     "earlier run was there, or `refused` with the reason. The newest 1,000 of each trigger are "
     "kept.",
     examples},
    false,
    run};

}  // namespace gt
