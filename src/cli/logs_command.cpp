#include <poll.h>

#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "cli/attempt_choice.h"
#include "cli/commands.h"
#include "cli/json_shapes.h"
#include "cli/log_follower.h"
#include "cli/log_text.h"
#include "process/attempt_folder.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain logs latest train", "what the step printed in the newest run"},
    {"geartrain logs flights/12 'candidates[2].train' --attempt 1", "of an earlier attempt"},
    {"geartrain logs latest train -f", "go on until the attempt ends"},
};

struct Wanted {
  std::string run, task;
  std::optional<std::int64_t> attempt;
  LogPrinter::Times times = LogPrinter::Times::none;
};

struct Look {
  TaskRecord task;
  std::optional<ChosenAttempt> attempt;
  bool is_driven = false;
};

Result<Look> look(Records& records, const Wanted& wanted) {
  auto reader = TRY(records.database->begin_read());
  const RunRecord run = TRY(find_run(records, reader, wanted.run));
  const RunView view = TRY(RunView::load(records, reader, run));
  const TaskRecord& task = *TRY(view.find(wanted.task));
  auto attempt = TRY(choose_attempt(records, reader, view, task, wanted.attempt));
  const bool is_driven_now = TRY(is_driven(records, run));
  return Look{task, std::move(attempt), is_driven_now};
}

Error nothing_yet(const Wanted& wanted, const Look& seen) {
  Error problem =
      error(Errc::not_found, "{} has no log: it is {}", wanted.task, to_text(seen.task.state));
  problem.hint =
      fmt::format("`geartrain why {} {}` says why", wanted.run, shell_quoted(wanted.task));
  return problem;
}

/// Whether nothing more will come.
bool has_ended(const Look& seen) {
  if (!seen.attempt) return is_ended(seen.task.state) || !seen.is_driven;
  if (seen.attempt->record.ended_at) return true;
  const auto status = inspect_attempt(seen.attempt->folder);
  if (!status) return true;
  if (status->phase == AttemptPhase::ended) return true;
  return !seen.is_driven && status->phase != AttemptPhase::running;
}

/// Until one of them can be read; true if it is the bell.
bool wait(int bell, int other) {
  pollfd waiting[2] = {{bell, POLLIN, 0}, {other, POLLIN, 0}};
  (void)::poll(waiting, 2, -1);
  return waiting[0].revents != 0;
}

/// A log that ran into a full disk must not look as if nothing were missing.
void say_what_is_missing(Session& session, const Look& seen) {
  const auto status = inspect_attempt(seen.attempt->folder);
  if (!status || !status->exit || status->exit->log_problem.empty()) return;
  session.console.say(fmt::format("the log is not whole, {} are missing: {}",
                                  format_bytes(status->exit->log_bytes_left_out),
                                  printable(status->exit->log_problem)));
}

Result<void> print_all(Session& session, const Wanted& wanted, const Look& seen) {
  LogPrinter printer(session.console, seen.attempt->folder, wanted.times,
                     seen.attempt->record.opened_at);
  TRY(printer.print_rest());
  say_what_is_missing(session, seen);
  return {};
}

Result<void> follow(Session& session, Records& records, const Wanted& wanted) {
  // Where nothing more can come no bell is wanted, so that a home may be read-only.
  if (const Look ended = TRY(look(records, wanted)); ended.attempt && has_ended(ended))
    return print_all(session, wanted, ended);
  Bell bell = TRY(records.database->listen(Listener::follower,
                                           make_uuid(session.clock.now(), session.entropy)));
  Look seen = TRY(look(records, wanted));
  while (!seen.attempt && !has_ended(seen)) {
    wait(bell.fd(), -1);
    bell.clear();
    seen = TRY(look(records, wanted));
  }
  if (!seen.attempt) return nothing_yet(wanted, seen);
  // Of a retry that begins while we look, the log of the attempt that was meant.
  Wanted same = wanted;
  if (seen.attempt->other_run.empty()) same.attempt = seen.attempt->record.id.number;
  FolderWatch watch = TRY(FolderWatch::open(seen.attempt->folder));
  LogPrinter printer(session.console, seen.attempt->folder, wanted.times,
                     seen.attempt->record.opened_at);
  while (!session.console.is_output_closed()) {
    if (has_ended(seen)) {
      TRY(printer.print_rest());
      say_what_is_missing(session, seen);
      return {};
    }
    TRY(printer.print_new());
    const bool rang = wait(bell.fd(), watch.fd());
    watch.clear();
    if (!rang) continue;
    bell.clear();
    seen = TRY(look(records, same));
  }
  return {};
}

Result<Json> shape_of(const Wanted& wanted, const Look& seen) {
  const std::string& folder = seen.attempt->folder;
  const auto bytes = read_regular_file(join_path(folder, "log"));
  if (!bytes && bytes.error().code != Errc::not_found) return bytes.error();
  const auto index = read_regular_file(join_path(folder, "log.index"));
  const auto marks = index ? parse_log_index(*index) : std::vector<LogMark>();
  JsonList lines;
  if (bytes)
    for (const LogLine& line : timed_lines(*bytes, 0, marks, seen.attempt->record.opened_at))
      lines.emplace_back(JsonObject{{"at", format_time(line.at)}, {"text", line.text}});
  return Json(JsonObject{
      {"task", wanted.task},
      {"attempt", std::int64_t{seen.attempt->record.id.number}},
      {"run", seen.attempt->other_run.empty() ? Json(wanted.run) : Json(seen.attempt->other_run)},
      {"started_at", time_json(seen.attempt->record.started_at)},
      {"ended_at", time_json(seen.attempt->record.ended_at)},
      {"lines", std::move(lines)}});
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(logs_command.text);
  std::optional<std::string> run_name, task;
  Wanted wanted;
  bool follows = false, times = false;
  OutputForm output;
  options.argument("RUN", run_name, Need::required, run_argument_help);
  options.argument("STEP", task, Need::required, task_argument_help);
  options.flag("-f,--follow", follows, "Go on until the attempt ends.");
  options.option("--attempt", "N", wanted.attempt, 1, "Which one; else the last.");
  options.flag("-t,--times", times, "When each line was written.");
  options.output(output,
                 {.text = "{task, attempt, run, started_at, ended_at, lines: [{at, text}]}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (follows && !output.is_table())
    return error(Errc::invalid, "-o and --follow do not go together");
  wanted.run = *run_name;
  wanted.task = *task;
  if (times) wanted.times = LogPrinter::Times::shown;

  Records records = TRY(open_existing_records(session));
  if (follows) {
    session.console.set_pager(std::nullopt);
    TRY(follow(session, records, wanted));
    return ExitCode::ok;
  }
  const Look seen = TRY(look(records, wanted));
  if (!seen.attempt) return nothing_yet(wanted, seen);
  if (!output.is_table()) {
    const Json shape = TRY(shape_of(wanted, seen));
    session.console.print(output.text_of(shape));
    return ExitCode::ok;
  }
  if (!seen.attempt->other_run.empty())
    session.console.say(fmt::format("cached: this is the log of {}", seen.attempt->other_run));
  TRY(print_all(session, wanted, seen));
  return ExitCode::ok;
}

}  // namespace

const CliCommand logs_command = {{"logs", "print what a task wrote", "", examples}, false, run};

}  // namespace gt
