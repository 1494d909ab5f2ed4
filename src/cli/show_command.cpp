#include "base/text.h"
#include "cli/claim_view.h"
#include "cli/commands.h"
#include "cli/message_text.h"
#include "cli/records.h"
#include "cli/run_text.h"
#include "cli/table.h"
#include "cli/wrapped_text.h"
#include "run/run_pauses.h"
#include "view/json_shapes.h"
#include "view/place_wait.h"
#include "view/run_view.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain show latest", "the newest run, with a line for each task"},
    {"geartrain show flights/12 --json | jq '.tasks[] | select(.state == \"failed\")'",
     "what failed, for scripts"},
};

std::string fact(std::string_view name, const std::string& text) {
  return text.empty() ? "" : "  " + padded(name, 12) + text + "\n";
}

std::string git_text(const JsonObject& git) {
  const auto text_of = [&](const char* key) {
    const Json* const value = git.find(key);
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
  };
  if (text_of("commit").empty()) return {};
  const Json* const dirty = git.find("dirty");
  const bool is_dirty = dirty != nullptr && dirty->boolean() != nullptr && *dirty->boolean();
  return fmt::format("{} {}{}", text_of("commit").substr(0, 12), printable(text_of("branch")),
                     is_dirty ? " (with changes)" : "");
}

/// "2026-11-29T08:00:00Z, missed".
std::string deadline_text(const RunView& view, Time now) {
  const auto deadline = view.deadline();
  if (!deadline) return {};
  const bool is_over = !is_ended(view.run().state) && now >= *deadline;
  return format_time(*deadline) + (view.deadline_missed_at() || is_over ? ", missed" : "");
}

std::string head(const Session& session, const RunRecord& run, bool is_driven,
                 const std::optional<RunPause>& pause, const std::string& deadline) {
  const Console& console = session.console;
  std::string text = console.painted(Tone::strong, run.name()) + "  " +
                     console.painted(tone_of(run.state), state_text(run, is_driven)) + "\n";
  text += fact("id", run.uuid);
  text += fact("created", format_time(run.created_at));
  text += fact("took", time_taken(run.started_at, run.ended_at, session.clock.now()));
  if (pause)
    text += fact("paused", fmt::format("by {} since {}", printable(pause->paused_by),
                                       format_time(pause->paused_at)));
  text += fact("deadline", deadline);
  text += fact("parameters", parameters_text(run.params));
  if (!run.options.inputs_from.empty())
    text += fact("asked for",
                 fmt::format("{} alone, on the results of {}",
                             printable(fmt::format("{}", fmt::join(run.options.only, ", "))),
                             printable(run.options.inputs_from)));
  text += fact("git", git_text(run.git));
  if (run.error) text += fact("error", printable(run.error->message));
  return text;
}

/// What a task gave, or why it gave nothing.
std::string outcome(const RunView& view, const TaskRecord& task, const JsonObject& shape,
                    ClaimView& claims) {
  if (std::string waits = claims.reason(view, task); !waits.empty()) return waits;
  if (task.state == TaskState::deferred) return view.waits(task);
  if (!task.message.empty()) return headline(task.message);
  if (const TaskMark* const mark = view.mark(task)) return printable(mark_text(*mark));
  std::string text = outputs_text(*shape.find("outputs"));
  if (const std::string decided = approval_text(view.approval(task)); !decided.empty())
    text = decided + (text.empty() ? "" : "; " + text);
  const std::string source = view.source_run(task);
  if (!source.empty()) text = fmt::format("from {}{}{}", source, text.empty() ? "" : ": ", text);
  return text;
}

std::string remark(const RunView& view, const TaskRecord& task, const JsonObject& shape,
                   ClaimView& claims) {
  std::string text = outcome(view, task, shape, claims);
  if (!view.deadline_missed_at(task)) return text;
  return text.empty() ? "missed its deadline" : "missed its deadline; " + text;
}

std::optional<std::string> first_open_approval(const RunView& view) {
  for (const TaskRecord& task : view.tasks())
    if (task.state == TaskState::deferred && view.step_of(task).approval()) return view.path(task);
  return std::nullopt;
}

std::string attempts_text(const TaskRecord& task) {
  const std::string count = std::to_string(task.attempts);
  return task.memory_bytes ? fmt::format("{}, {}", count, format_bytes(*task.memory_bytes)) : count;
}

Result<std::string> task_table(const Session& session, const RunView& view, ClaimView& claims) {
  Table table({"task", "state", "took", "attempts", "outputs"});
  for (const TaskRecord* task : view.in_order()) {
    // A group is shown where it has attempts of its own.
    if (view.has_parts(*task) && task->attempts == 0) continue;
    const JsonObject shape = TRY(task_json(view, *task));
    table.add({{view.path(*task)},
               {to_text(task->state), tone_of(task->state)},
               {time_taken(task->started_at, task->ended_at, session.clock.now())},
               {attempts_text(*task)},
               {remark(view, *task, shape, claims)}});
  }
  return table.empty() ? std::string() : "\n" + table.text(session.console);
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(show_command.text);
  std::optional<std::string> name;
  OutputForm output;
  options.argument("RUN", name, Need::required, run_argument_help);
  options.output(output,
                 {.text = "one object with the run and its tasks.", .names = "tasks[].path"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  const RunRecord found = TRY(find_run(records, reader, *name));
  const RunView view = TRY(RunView::load(records.runs, reader, found));
  const bool is_driven_now = TRY(is_driven(records, found));
  const auto before = TRY(PlaceWaits(records.runs).before(reader, found));
  if (!output.is_table()) {
    JsonObject shape = TRY(run_json(view));
    shape.set("driven", is_driven_now);
    shape.set("waits_for", run_names_json(before));
    session.console.print(output.text_of(std::move(shape)));
    return ExitCode::ok;
  }
  ClaimView claims = TRY(ClaimView::load(session, records, reader));
  const std::string tasks = TRY(task_table(session, view, claims));
  const std::string outputs = fact("outputs", outputs_text(TRY(run_outputs_json(view))));
  const auto pause = TRY(RunPauses().find(reader, found.id));
  const std::string deadline = deadline_text(view, session.clock.now());
  session.console.print(head(session, found, is_driven_now, pause, deadline) + outputs + tasks);
  if (const std::string waits = place_wait_text(before); !waits.empty())
    session.console.print("\n" + waits + "\n");
  if (const auto open = first_open_approval(view))
    session.console.say(
        fmt::format("next: geartrain approve {} {}", found.name(), shell_quoted(*open)));
  if (!is_ended(found.state) && !is_driven_now)
    session.console.say(fmt::format("next: geartrain attach {}", found.name()));
  for (const RunRecord& one : before) {
    const bool is_left = !TRY(is_driven(records, one));
    if (is_left)
      session.console.say(fmt::format("nobody drives {0}: geartrain attach {0}", one.name()));
  }
  return ExitCode::ok;
}

}  // namespace

const CliCommand show_command = {{"show", "show a run and its tasks", "", examples}, false, run};

}  // namespace gt
