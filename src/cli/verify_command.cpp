#include "cli/commands.h"
#include "cli/verify_home.h"
#include "cli/verify_run.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain verify", "hash everything that the home keeps, and check the database"},
    {"geartrain verify latest", "execute the newest run's steps once more and compare the bytes"},
    {"geartrain verify flights/12 train", "one step, all items of its matrix"},
    {"geartrain verify latest --steps 3 --quick",
     "three of its tasks, without looking for reasons"},
};

Result<ExitCode> run(Session& session, Words words) {
  Options options(verify_command.text);
  std::optional<std::string> run_name;
  VerifyRunRequest request;
  bool is_rehearsal = false;
  OutputForm output;
  options.argument("RUN", run_name, Need::optional,
                   "Execute its tasks once more and compare; without it, all that is kept.");
  options.arguments("STEP", request.steps, "Of the run: only these, as show lists them.");
  options.option("--steps", "N", request.count, 1, "Only so many tasks, chosen by chance.");
  options.flag("--quick", request.is_quick,
               "One execution of each task; do not look for the reason of a difference.");
  options.flag("--dry-run", is_rehearsal, "Without a run: leave what is damaged where it is.");
  options.setting(SettingId::secrets_file);
  options.output(output,
                 {.text = "{sound, run, artifacts, bytes, damaged: [{artifact, folder, state, "
                          "quarantined, concerns: [{run, task, output, kept}], remedy}], database: "
                          "[text], tasks: [{task, state, output, file, difference, reason, "
                          "sureness, explanation, executions}]}.",
                  .names = "tasks[].task"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (run_name && is_rehearsal)
    return error(Errc::invalid, "--dry-run is for verify without a run");
  if (!run_name && (request.count || request.is_quick))
    return error(Errc::invalid, "--steps and --quick need a run");

  Records records = TRY(open_existing_records(session));
  if (!run_name) return verify_home(session, records, is_rehearsal, output);
  request.run = *run_name;
  return verify_run(session, records, request, output);
}

}  // namespace

const CliCommand verify_command = {
    {"verify", "check that what is kept is as it was made, or can be made again",
     "Without a run it hashes every artifact and checks the database. A damaged artifact is put "
     "out of the way (quarantine/ in the home folder), so that no run is served it: the step that "
     "made it runs again. With a run it executes tasks once more, in a scratch place, on their "
     "recorded inputs, if source, environment and parameters are as they were; it compares every "
     "output with the recorded one, names the first file that differs, and looks for the reason "
     "by further executions: time, order, threads, seed, folder (the name of the attempt's own) or "
     "world (what no fact names).\n"
     "Ends with 1 if anything is damaged or differs.",
     examples},
    true,
    run};

}  // namespace gt
