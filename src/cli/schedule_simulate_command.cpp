#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/list_output.h"
#include "cli/moment.h"
#include "cli/schedule_request.h"
#include "cli/simulation_table.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain schedule simulate", "the next year of the project's triggers"},
    {"geartrain schedule simulate --trigger nightly --from 2026-03-28 --to 3d",
     "three days around a change of the clocks"},
    {"geartrain schedule simulate --schedule '30 2 * * mon-fri' --timezone Europe/Berlin",
     "a cron expression, before it is in a file"},
    {"geartrain schedule simulate --every 15m --duration 20m", "do runs overlap?"},
    {"geartrain schedule simulate --json --from 2026-01-01 --to 2027-01-01 > firings.json",
     "a year for a test in CI to compare with"},
};

constexpr std::int64_t rows_shown = 50;
constexpr std::chrono::days span_shown{365};

struct SpanRequest {
  std::optional<std::string> from, to, duration;
};

Result<SimulatedSpan> read_span(const SpanRequest& request, Time now) {
  SimulatedSpan span{.from = now, .to = now};
  if (request.from) span.from = TRY(parse_moment(*request.from, now).context("--from"));
  span.to = span.from + span_shown;
  if (request.to) span.to = TRY(parse_end(*request.to, span.from, now).context("--to"));
  if (span.to <= span.from)
    return Error{Errc::invalid, "--to is not after --from",
                 "--to 30d is so long after --from, --to 2026-11-23T06:00 a time in UTC"};
  if (request.duration)
    span.run_duration = TRY(parse_duration(*request.duration).context("--duration"));
  return span;
}

Json json_of(const SimulatedLine& line, const NamedSchedule& schedule) {
  const std::string at = format_time(line.firing->at);
  JsonObject shape;
  if (!schedule.trigger.empty()) shape.set("trigger", schedule.trigger);
  shape.set("at", at);
  shape.set("logical_date", format_time(line.firing->logical_date));
  shape.set("interval_start", format_time(line.firing->interval_start));
  shape.set("interval_end", format_time(line.firing->interval_end));
  if (line.overlap) shape.set("overlaps", line.overlap->overlaps);
  return shape;
}

void print_data(Console& console, const OutputForm& output,
                const std::vector<NamedSchedule>& schedules, Simulation& simulation) {
  ListOutput list(console, output);
  while (const auto line = simulation.next())
    if (line->firing) list.add(json_of(*line, schedules[line->schedule]));
  list.end();
}

/// How much of what there is.
struct Counts {
  std::int64_t firings = 0, overlaps = 0, rows = 0;
  std::int64_t hidden = 0, hidden_marked = 0;
};

std::string hidden_text(const Counts& counts) {
  std::string text = fmt::format("and {} more", counts.hidden);
  if (counts.hidden_marked > 0)
    text += fmt::format(", {} of them at changes of the clocks", counts.hidden_marked);
  return text + "; --limit N shows more";
}

std::string summary(const Counts& counts, const SimulatedSpan& span) {
  std::string text = fmt::format("{} from {} to {}", counted(counts.firings, "firing"),
                                 format_time(span.from), format_time(span.to));
  if (span.run_duration)
    text += counts.overlaps == 0
                ? ", none while an earlier run is there"
                : fmt::format(", {} while an earlier run is there", counts.overlaps);
  return text;
}

void print_table(Console& console, const std::vector<NamedSchedule>& schedules,
                 const SimulatedSpan& span, Simulation& simulation, std::int64_t limit) {
  SimulationTable table(schedules, span.run_duration.has_value());
  Counts counts;
  while (const auto line = simulation.next()) {
    counts.firings += line->firing.has_value();
    counts.overlaps += line->overlap && line->overlap->overlaps;
    if (counts.rows < limit) {
      ++counts.rows;
      table.add(*line);
    } else {
      ++counts.hidden;
      counts.hidden_marked += !line->effects.empty();
    }
  }
  if (!table.empty()) console.print(table.text(console));
  if (counts.hidden > 0) console.say(hidden_text(counts));
  console.say(summary(counts, span));
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(schedule_simulate_command.text);
  ScheduleRequest request;
  SpanRequest span_request;
  std::optional<std::int64_t> limit;
  OutputForm output;
  declare(options, request);
  options.option("--from", "TIME", span_request.from,
                 "The beginning, in UTC as all times without an offset; now without it.");
  options.option("--to", "TIME", span_request.to,
                 "The end, or how long after the beginning, as 30d; a year without it.");
  options.option(
      "--duration", "DURATION", span_request.duration,
      "Say which firings find an earlier run of theirs, if each takes so long and none ran "
      "before the beginning.");
  options.option("--limit", "N", limit, 1, "At most so many rows of the table; 50 without it.");
  options.output(output,
                 {.text = "[{trigger, at, logical_date, interval_start, interval_end, "
                          "overlaps}], all of them; trigger only of a file, overlaps only with "
                          "--duration."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const SimulatedSpan span = TRY(read_span(span_request, session.clock.now()));
  const auto schedules = TRY(find_schedules(session, request));
  if (!schedules) return ExitCode::invalid_definition;
  std::vector<SimulatedSchedule> simulated;
  for (const NamedSchedule& one : *schedules)
    simulated.push_back({.schedule = &one.placed.schedule, .overlap = one.overlap});
  Simulation simulation(simulated, span);
  if (!output.is_table())
    print_data(session.console, output, *schedules, simulation);
  else if (schedules->empty())
    session.console.say("the pipeline has no schedules");
  else
    print_table(session.console, *schedules, span, simulation, limit.value_or(rows_shown));
  return ExitCode::ok;
}

}  // namespace

const CliCommand schedule_simulate_command = {
    {"schedule simulate", "list when schedules fire, without running anything",
     "The instants at which triggers of a pipeline file fire, or a schedule that is given by "
     "options, exactly as a server would decide: with time zones, changes of the clocks, start "
     "and end. A line that is marked below `clocks` is one that a change of the clocks has "
     "shifted, repeated or left out.",
     examples},
    false,
    run};

}  // namespace gt
