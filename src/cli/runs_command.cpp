#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/each_values.h"
#include "cli/records.h"
#include "cli/run_text.h"
#include "cli/table.h"
#include "view/json_shapes.h"
#include "view/place_wait.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain runs --state failed", "the runs that failed, newest first"},
    {"geartrain runs --json --limit 1", "the newest run, for scripts"},
};

Result<RunFilter> filter_of(const std::optional<std::string>& pipeline,
                            const std::optional<std::string>& state,
                            const std::optional<std::int64_t>& limit) {
  RunFilter filter{.pipeline = pipeline, .state = {}};
  if (limit) filter.limit = static_cast<std::size_t>(*limit);
  if (state) {
    filter.state = parse_run_state(*state);
    if (!filter.state) {
      Error problem =
          error(Errc::invalid, "there is no run state {}", shell_quoted(printable(*state)));
      problem.hint = "states are queued, running, paused, succeeded, failed, cancelled";
      return problem;
    }
  }
  return filter;
}

Result<std::string> table_text(const Session& session, Records& records, Transaction& reader,
                               const std::vector<RunRecord>& runs) {
  PlaceWaits waits(records.runs);
  std::vector<std::string> remarks;
  for (const RunRecord& one : runs)
    remarks.push_back(place_wait_text(TRY(waits.before(reader, one))));
  const bool some_wait = !std::ranges::all_of(remarks, &std::string::empty);
  std::vector<std::string> titles = {"run", "state", "created", "took", "parameters"};
  if (some_wait) titles.emplace_back("remark");
  Table table(std::move(titles));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunRecord& one = runs[i];
    const bool is_driven_now = TRY(is_driven(records, one));
    std::vector<TableCell> row = {
        {one.name(), Tone::strong},
        {state_text(one, is_driven_now), tone_of(one.state)},
        {format_time(one.created_at), Tone::plain},
        {time_taken(one.started_at, one.ended_at, session.clock.now()), Tone::plain},
        {parameters_text(one.params), Tone::faint}};
    if (some_wait) row.push_back({remarks[i], Tone::plain});
    table.add(std::move(row));
  }
  return table.text(session.console);
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(runs_command.text);
  std::optional<std::string> pipeline, state, batch;
  std::optional<std::int64_t> limit;
  OutputForm output;
  options.option("--limit", "N", limit, 1, "At most so many; 50 without it.");
  options.option("--state", "STATE", state,
                 "Only those that are queued, running, paused, succeeded, failed or cancelled.");
  options.option("--pipeline", "NAME", pipeline, "Only those of this pipeline.");
  options.option("--batch", "RUN", batch, "Only those that one `run --each` made with this one.");
  options.output(output,
                 {.text = "a list of runs, as `show --json` without tasks.", .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  RunFilter filter = TRY(filter_of(pipeline, state, limit));
  auto records = open_existing_records(session);
  if (!records && records.error().code == Errc::not_found && !output.is_table()) {
    session.console.print(output.text_of(JsonList()));
    return ExitCode::ok;
  }
  if (!records) return std::move(records).error();
  auto reader = TRY(records->database->begin_read());
  if (batch) {
    const RunRecord of = TRY(find_run(*records, reader, *batch));
    if (of.batch.empty())
      return error(Errc::not_found, "{} was alone: no --each made it", of.name());
    filter.batch = of.batch;
    if (!limit) filter.limit = each_runs_max;
  }
  const auto runs = TRY(records->runs.list(reader, filter));
  if (!output.is_table()) {
    PlaceWaits waits(records->runs);
    JsonList list;
    for (const RunRecord& one : runs) {
      JsonObject shown = run_summary_json(one);
      const bool is_driven_now = TRY(is_driven(*records, one));
      shown.set("driven", is_driven_now);
      const auto before = TRY(waits.before(reader, one));
      shown.set("waits_for", run_names_json(before));
      list.emplace_back(std::move(shown));
    }
    session.console.print(output.text_of(std::move(list)));
    return ExitCode::ok;
  }
  if (runs.empty())
    session.console.say("no such runs");
  else
    session.console.print(TRY(table_text(session, *records, reader, runs)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand runs_command = {{"runs", "list runs, newest first", "", examples}, false, run};

}  // namespace gt
