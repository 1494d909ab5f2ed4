#include "cli/logs_source.h"

#include "base/text.h"
#include "cli/counted.h"
#include "process/attempt_folder.h"

namespace gt {

Result<LogsNow> look_at_logs(Records& records, const LogWishes& wishes) {
  auto reader = TRY(records.database->begin_read());
  const RunRecord run = TRY(find_run(records, reader, wishes.run));
  const RunView view = TRY(RunView::load(records.runs, reader, run));
  LogsNow now{.run = run.name(), .choice = {}, .state = {}};
  now.is_driven = TRY(is_driven(records, run));
  const TaskRecord* const only = TRY(only_task(view, wishes));
  if (only == nullptr) {
    now.choice = TRY(choose_logs(records, reader, view, wishes));
    return now;
  }
  now.is_single = true;
  now.state = only->state;
  std::optional<std::int64_t> number;
  if (const auto* given = std::get_if<std::int64_t>(&wishes.attempt)) number = *given;
  auto attempt = TRY(choose_attempt(records.runs, records.home, reader, view, *only, number));
  now.choice.can_grow = !attempt && !is_ended(only->state);
  if (attempt) now.choice.logs.push_back({wishes.names[0], *std::move(attempt)});
  return now;
}

bool has_ended(const ChosenLog& log, bool is_driven) {
  if (log.attempt.record.ended_at) return true;
  const auto status = inspect_attempt(log.attempt.folder);
  if (!status || status->phase == AttemptPhase::ended) return true;
  return !is_driven && status->phase != AttemptPhase::running;
}

Error no_logs(const LogWishes& wishes, const LogsNow& now) {
  if (now.is_single) {
    const std::string& task = wishes.names[0];
    Error problem = error(Errc::not_found, "{} has no log: it is {}", task, to_text(*now.state));
    problem.hint = fmt::format("`geartrain why {} {}` says why", wishes.run, shell_quoted(task));
    return problem;
  }
  if (now.choice.cached > 0) {
    Error problem =
        error(Errc::not_found, "nothing was executed: {} {} found in the cache",
              counted(now.choice.cached, "task"), now.choice.cached == 1 ? "was" : "were");
    problem.hint =
        fmt::format("`geartrain logs {} TASK` prints the log that a result came from", wishes.run);
    return problem;
  }
  Error problem = error(Errc::not_found, "there are no logs: nothing has been started");
  problem.hint = fmt::format("`geartrain show {}` shows the tasks", wishes.run);
  return problem;
}

std::string label_of(const ChosenLog& log, const LogWishes& wishes) {
  const std::uint32_t number = log.attempt.record.id.number;
  const bool is_told = std::holds_alternative<EveryAttempt>(wishes.attempt) || number > 1;
  return is_told ? fmt::format("{}#{}", log.task, number) : log.task;
}

LogSource source_of(const ChosenLog& log, const LogWishes& wishes, const LogRange& range,
                    bool is_live) {
  return {.label = label_of(log, wishes),
          .folder = log.attempt.folder,
          .began_at = log.attempt.record.opened_at,
          .is_live = is_live,
          .range = range};
}

std::optional<std::string> what_is_missing(const ChosenLog& log) {
  const auto status = inspect_attempt(log.attempt.folder);
  if (!status || !status->exit || status->exit->log_problem.empty()) return std::nullopt;
  return fmt::format("the log is not whole, {} are missing: {}",
                     format_bytes(status->exit->log_bytes_left_out),
                     printable(status->exit->log_problem));
}

}  // namespace gt
