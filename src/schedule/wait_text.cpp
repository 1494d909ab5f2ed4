#include "schedule/wait_text.h"

#include "base/text.h"
#include "calendar/written_time.h"
#include "schedule/task_context.h"

namespace gt {

namespace {

Result<std::string> evaluated(const LiveRun& run, TaskIndex task, const Template& text) {
  return text.render(TaskContext(run, task, Viewpoint::settings));
}

std::string shown(const LiveRun& run, TaskIndex task, const Template& text) {
  const auto value = evaluated(run, task, text);
  return printable(value ? *value : text.source());
}

Result<Time> parse_instant(const std::string& text) {
  const auto written = parse_written_time(text);
  if (!written || !written->offset)
    return Error{Errc::invalid,
                 fmt::format("until: {} is no date and time with its offset", printable(text)),
                 "as in 2026-11-23T06:00Z"};
  return Time(written->local.time_since_epoch() - *written->offset);
}

}  // namespace

std::string wait_text(const LiveRun& run, TaskIndex task) {
  const Step& step = run.step_of(task);
  if (step.approval()) return "waits for approval: " + question_of(run, task);
  const Wait* const wait = step.wait();
  if (!wait) return {};
  if (const auto* duration = std::get_if<WaitFor>(&wait->condition))
    return "waits for " + shown(run, task, duration->duration);
  return "waits until " + shown(run, task, std::get<WaitUntil>(wait->condition).instant);
}

std::string question_of(const LiveRun& run, TaskIndex task) {
  return shown(run, task, run.step_of(task).approval()->message);
}

Result<std::optional<Time>> end_of_wait(const LiveRun& run, TaskIndex task, Time now) {
  const Step& step = run.step_of(task);
  const Wait* const wait = step.wait();
  if (!wait) {
    const auto& timeout = step.settings->timeout;
    return timeout ? std::optional(now + *timeout) : std::nullopt;
  }
  if (const auto* wanted = std::get_if<WaitFor>(&wait->condition)) {
    const std::string text = TRY(evaluated(run, task, wanted->duration).context("for"));
    return std::optional(now + TRY(parse_duration(text).context("for")));
  }
  const auto& instant = std::get<WaitUntil>(wait->condition).instant;
  const std::string text = TRY(evaluated(run, task, instant).context("until"));
  return std::optional(TRY(parse_instant(text)));
}

}  // namespace gt
