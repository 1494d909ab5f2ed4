#include "base/text.h"
#include "cli/changed_run.h"
#include "cli/commands.h"
#include "cli/run_request.h"
#include "cli/table.h"
#include "cli/wiring.h"
#include "schedule/again.h"
#include "schedule/live_run.h"
#include "view/run_view.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain clear latest train", "execute train once more, in the same run"},
    {"geartrain clear flights/12 features --downstream", "and all that follows from it"},
    {"geartrain clear latest 'train[3]' --dry-run", "only say what would be done again"},
    {"geartrain clear latest train --only-failed", "of a matrix the items that did not succeed"},
};

struct ClearOptions {
  ClearRequest request;
  bool dry_run = false, later = false;
};

const char* word_of(Again again) {
  switch (again) {
    case Again::no:
      return "stays";
    case Again::opened:
      return "opened";
    case Again::again:
      return "again";
    case Again::anew:
      return "anew";
  }
  return "stays";
}

/// What would be done again, task by task.
Result<void> tell_marks(Session& session, Records& records, const RunRecord& run,
                        const ClearRequest& request, const OutputForm& output) {
  auto reader = TRY(records.database->begin_read());
  auto plan = TRY(recorded_plan(records.runs, reader, run));
  const Selection selection = TRY(selection_of(*plan, run.options));
  const LiveRun live = LiveRun::resume(plan, selection, TRY(records.runs.load(reader, run.id)));
  const AgainMarks marks = TRY(marks_of_clear(live, request));
  Table table({"task", "state", "what"});
  JsonList tasks;
  for (TaskIndex task = 0; task < live.tasks().size(); ++task) {
    if (marks.of(task) == Again::no) continue;
    const char* const state = to_text(live.task(task).state);
    const char* const what = word_of(marks.of(task));
    table.add({{printable(live.task_path(task))}, {state}, {what}});
    tasks.push_back(JsonObject{{"path", live.task_path(task)}, {"state", state}, {"what", what}});
  }
  session.console.print(
      output.is_table()
          ? table.text(session.console)
          : output.text_of(JsonObject{{"name", run.name()}, {"tasks", std::move(tasks)}}));
  return {};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(clear_command.text);
  std::optional<std::string> name;
  ClearOptions wanted;
  OutputForm output;
  options.argument("RUN", name, Need::required, run_argument_help);
  options.arguments("STEP", wanted.request.tasks,
                    "Tasks as show lists them, such as train[0]; a step means all its tasks.");
  options.flag("--downstream", wanted.request.downstream,
               "Also all that follows from them, `finally` included.");
  options.flag("--only-failed", wanted.request.only_failed,
               "Of these tasks only those that did not succeed.");
  options.flag("--dry-run", wanted.dry_run, "Only say what would be done again.");
  options.flag("--later", wanted.later, "Only open the run again; attach goes on with it.");
  declare_execution(options);
  options.output(output, {.text = "the run and its tasks, once it has ended; with --dry-run "
                                  "{name, tasks: [{path, state, what}]}; of a run that another "
                                  "geartrain drives, and with --later, {name, state, driven}.",
                          .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (wanted.request.tasks.empty())
    return Error{Errc::invalid, "clear needs the tasks that are to be done again",
                 "geartrain clear --help shows examples"};
  wanted.request.by = person();

  Records records = TRY(open_existing_records(session));
  const RunRecord found = TRY(find_run(records, *name));
  if (wanted.dry_run) {
    TRY(tell_marks(session, records, found, wanted.request, output));
    return ExitCode::ok;
  }
  return change_here(session, records, found, wanted.request,
                     {.done = "does it again", .later = wanted.later}, output);
}

}  // namespace

const CliCommand clear_command = {
    {"clear", "do named tasks of a run again",
     "The run is opened again, with the pipeline and parameters as they were recorded. The named "
     "tasks are executed, whatever the cache knows; what follows from them stays as it is, or is "
     "done again with --downstream, where an equal result from the cache ends it early. Setups and "
     "teardowns around a task are done again with it. A run that another geartrain drives is "
     "changed by that one, as long as the tasks are not running. Ends as run does.",
     examples},
    true,
    run};

}  // namespace gt
