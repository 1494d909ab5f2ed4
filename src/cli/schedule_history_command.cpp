#include "base/text.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/table.h"
#include "run/firing_store.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain schedule history", "what has fired last, and what came of it"},
    {"geartrain schedule history --trigger nightly --json", "of one trigger, for scripts"},
};

/// A firing whose run has been collected says so.
struct ShownFiring {
  RecordedFiring firing;
  std::optional<RunRecord> run;
};

Result<std::vector<ShownFiring>> find_firings(Records& records, const FiringFilter& filter) {
  auto reader = TRY(records.database->begin_read());
  std::vector<ShownFiring> shown;
  for (RecordedFiring& firing : TRY(FiringStore().list(reader, filter))) {
    std::optional<RunRecord> run;
    if (firing.run) {
      auto found = records.runs.get(reader, *firing.run);
      if (!found && found.error().code != Errc::not_found) return std::move(found).error();
      // The number of one that was removed may be given to another.
      if (found && found->trigger == firing.trigger && found->logical_date == firing.at)
        run = *std::move(found);
    }
    shown.push_back({std::move(firing), std::move(run)});
  }
  return shown;
}

JsonList shape_of(const std::vector<ShownFiring>& firings) {
  JsonList list;
  for (const auto& [firing, run] : firings)
    list.emplace_back(JsonObject{{"pipeline", firing.pipeline},
                                 {"trigger", firing.trigger},
                                 {"at", format_time(firing.at)},
                                 {"outcome", to_text(firing.outcome)},
                                 {"reason", firing.reason.empty() ? Json() : Json(firing.reason)},
                                 {"run", run ? Json(run->name()) : Json()},
                                 {"state", run ? Json(to_text(run->state)) : Json()},
                                 {"recorded_at", format_time(firing.recorded_at)}});
  return list;
}

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
  options.output(output, {.text = "[{pipeline, trigger, at, outcome, reason, run, state, "
                                  "recorded_at}], newest first."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  if (limit) filter.limit = static_cast<std::size_t>(*limit);
  Records records = TRY(open_existing_records(session));
  const auto firings = TRY(find_firings(records, filter));
  if (!output.is_table()) {
    session.console.print(output.text_of(shape_of(firings)));
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
