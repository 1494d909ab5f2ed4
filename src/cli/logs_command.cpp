#include "base/text.h"
#include "cli/commands.h"
#include "cli/log_printer.h"
#include "cli/logs_follow.h"
#include "cli/logs_source.h"
#include "cli/moment.h"
#include "cli/records.h"
#include "view/json_shapes.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain logs latest train", "what the step printed in the newest run"},
    {"geartrain logs latest", "of all its steps, in the order of time"},
    {"geartrain logs latest -f", "as it is written, until the run ends"},
    {"geartrain logs flights/12 'candidates[2].train' --attempt 1", "of an earlier attempt"},
    {"geartrain logs latest train --since 10m --tail 20", "the last lines of the last 10 minutes"},
};

Result<WantedAttempt> parse_attempt(const std::optional<std::string>& text) {
  if (!text) return WantedAttempt(LastAttempt{});
  if (*text == "all") return WantedAttempt(EveryAttempt{});
  if (const auto number = parse_whole_number(*text); number && *number >= 1)
    return WantedAttempt(*number);
  Error problem =
      error(Errc::invalid, "--attempt needs a whole number of at least 1, or all, not {}",
            shell_quoted(printable(*text)));
  problem.hint = "`geartrain logs --help` describes it";
  return problem;
}

Result<void> print_logs(Session& session, const LogsNow& now, const LogWishes& wishes,
                        const LogRange& range, bool has_times) {
  LogMerge merge;
  for (const ChosenLog& log : now.choice.logs) merge.add(source_of(log, wishes, range, false));
  LogPrinter printer(
      session.console,
      {.has_labels = !now.is_single, .label_width = now.choice.width, .has_times = has_times});
  TRY(printer.print(merge, range.lines_max));
  TRY(printer.finish());
  for (const ChosenLog& log : now.choice.logs)
    if (const auto missing = what_is_missing(log))
      session.console.say(now.is_single ? *missing : label_of(log, wishes) + ": " + *missing);
  return merge.trouble();
}

JsonObject shape_of(const ChosenLog& log, const std::string& run) {
  return {{"task", log.task},
          {"attempt", std::int64_t{log.attempt.record.id.number}},
          {"run", log.attempt.other_run.empty() ? run : log.attempt.other_run},
          {"started_at", time_json(log.attempt.record.started_at)},
          {"ended_at", time_json(log.attempt.record.ended_at)}};
}

Result<Json> shape_of(const LogsNow& now, const LogWishes& wishes, const LogRange& range) {
  LogMerge merge;
  for (const ChosenLog& log : now.choice.logs) merge.add(source_of(log, wishes, range, false));
  struct Line {
    std::size_t log;
    Time at;
    std::string text;
  };
  std::vector<Line> read;
  while (const auto merged = merge.next()) {
    if (merged->piece.begins) read.push_back({merged->source, merged->piece.at, ""});
    read.back().text += merged->piece.text;
  }
  TRY(merge.trouble());
  std::size_t first = 0;
  if (range.lines_max && std::cmp_greater(read.size(), *range.lines_max))
    first = read.size() - static_cast<std::size_t>(*range.lines_max);
  JsonList lines;
  for (std::size_t i = first; i < read.size(); ++i) {
    JsonObject line{{"at", format_time(read[i].at)}};
    if (!now.is_single) {
      const ChosenLog& log = now.choice.logs[read[i].log];
      line.set("task", log.task);
      line.set("attempt", std::int64_t{log.attempt.record.id.number});
    }
    line.set("text", std::move(read[i].text));
    lines.emplace_back(std::move(line));
  }
  if (now.is_single) {
    JsonObject shape = shape_of(now.choice.logs[0], now.run);
    shape.set("lines", std::move(lines));
    return Json(std::move(shape));
  }
  JsonList logs;
  for (const ChosenLog& log : now.choice.logs) logs.emplace_back(shape_of(log, now.run));
  return Json(JsonObject{{"run", now.run}, {"logs", std::move(logs)}, {"lines", std::move(lines)}});
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(logs_command.text);
  std::optional<std::string> run_name, attempt, since, until;
  LogWishes wishes;
  LogRange range;
  bool follows = false, has_times = false;
  OutputForm output;
  options.argument("RUN", run_name, Need::required, run_argument_help);
  options.arguments("STEP", wishes.names,
                    "Tasks as show lists them: train, train[0], candidates[2].train. A matrix or "
                    "group stands for all in it; none for the whole run.");
  options.flag("-f,--follow", follows,
               "Go on until what is named has ended; tasks that begin meanwhile join in.");
  options.option("--since", "TIME", since,
                 "Only lines begun since then: 10m ago, 06:00, or 2026-11-23T06:00 (UTC).");
  options.option("--until", "TIME", until, "Only lines begun until then.");
  options.option("--tail", "N", range.lines_max, 1, "Only the last lines of these.");
  options.option("--attempt", "N|all", attempt, "Which one; else the last.");
  options.flag("-t,--times", has_times, "When each line was written.");
  options.output(output,
                 {.text = "{task, attempt, run, started_at, ended_at, lines: [{at, text}]} of one "
                          "task; else {run, logs: [{task, attempt, run, started_at, ended_at}], "
                          "lines: [{at, task, attempt, text}]}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (follows && !output.is_table())
    return error(Errc::invalid, "-o and --follow do not go together");
  if (follows && until) return error(Errc::invalid, "--until and --follow do not go together");
  wishes.run = *run_name;
  wishes.attempt = TRY(parse_attempt(attempt));
  const Time asked_at = session.clock.now();
  if (since) range.since = TRY(parse_moment(*since, asked_at).context("--since"));
  if (until) range.until = TRY(parse_moment(*until, asked_at).context("--until"));

  Records records = TRY(open_existing_records(session));
  if (follows) {
    session.console.set_pager(std::nullopt);
    TRY(follow_logs(session, records, wishes, range, has_times));
    return ExitCode::ok;
  }
  const LogsNow now = TRY(look_at_logs(records, wishes));
  if (now.choice.logs.empty()) return no_logs(wishes, now);
  if (!output.is_table()) {
    const Json shape = TRY(shape_of(now, wishes, range));
    session.console.print(output.text_of(shape));
    return ExitCode::ok;
  }
  if (now.is_single && !now.choice.logs[0].attempt.other_run.empty())
    session.console.say(
        fmt::format("cached: this is the log of {}", now.choice.logs[0].attempt.other_run));
  TRY(print_logs(session, now, wishes, range, has_times));
  return ExitCode::ok;
}

}  // namespace

const CliCommand logs_command = {
    {"logs", "print what tasks wrote",
     "Lines of several tasks come in the order of time, each with its task before it.", examples},
    false,
    run};

}  // namespace gt
