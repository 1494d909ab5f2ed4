#include "base/text.h"
#include "cli/changed_run.h"
#include "cli/commands.h"
#include "cli/run_request.h"
#include "cli/wiring.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain mark latest load --as succeeded --comment 'loaded by hand'",
     "what waited for load goes on"},
    {"geartrain mark flights/12 'train[3]' --as failed", "what follows counts it as failed"},
};

Result<ExitCode> run(Session& session, Words words) {
  Options options(mark_command.text);
  std::optional<std::string> name, as, comment;
  ClearRequest request;
  ChangeTalk talk{.done = "is marked"};
  OutputForm output;
  options.argument("RUN", name, Need::required, run_argument_help);
  options.arguments("STEP", request.tasks,
                    "Tasks as show lists them, such as train[0]; a matrix means its items.");
  options.option("--as", "END", as, "What has become of them: succeeded or failed.");
  options.option("--comment", "TEXT", comment, "Why, for whoever looks at the run later.");
  options.flag("--later", talk.later, "Only open the run again; attach goes on with it.");
  declare_execution(options);
  options.output(output, {.text = "the run and its tasks, once it has ended; of a run that another "
                                  "geartrain drives, and with --later, {name, state, driven}.",
                          .names = "name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (request.tasks.empty())
    return Error{Errc::invalid, "mark needs the tasks that are marked",
                 "geartrain mark --help shows examples"};
  const auto state = as ? parse_mark(*as) : std::nullopt;
  if (!state)
    return Error{
        Errc::invalid,
        as ? fmt::format("--as is succeeded or failed, not {}", shell_quoted(printable(*as)))
           : "mark needs --as succeeded or --as failed",
        "geartrain mark --help shows examples"};
  request.mark = MarkWish{*state, comment.value_or("")};
  request.by = person();

  Records records = TRY(open_existing_records(session));
  const RunRecord found = TRY(find_run(records, *name));
  return change_here(session, records, found, request, talk, output);
}

}  // namespace

const CliCommand mark_command = {
    {"mark", "say what has become of tasks, and go on",
     "A task of which nothing runs has succeeded, or failed, because a person says so; who, when "
     "and why is kept with the run. What did not run because of it is decided again: after a "
     "success its needs hold. What has run stays as it is; `clear --downstream` does it again. A "
     "task that never succeeded in this run gives null for each of its outputs. An ended run is "
     "opened again, its `finally` is done again; a run that another geartrain drives is changed "
     "by that one. Ends as run does.",
     examples},
    true,
    run};

}  // namespace gt
