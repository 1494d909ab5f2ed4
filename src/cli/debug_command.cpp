#include <algorithm>
#include <fmt/ranges.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cli/claim_view.h"
#include "cli/commands.h"
#include "cli/debug_folder.h"
#include "cli/debug_shell.h"
#include "cli/recorded_attempt.h"
#include "cli/task_reason.h"
#include "cli/values_of_project.h"
#include "cli/wiring.h"
#include "execute/host_files.h"
#include "execute/host_request.h"
#include "process/masker.h"
#include "view/attempt_choice.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain debug latest train", "a shell where the step failed; run-step executes it"},
    {"geartrain debug flights/12 'train[2]' --command", "what would be executed, with its values"},
    {"geartrain debug latest train -- ls -l inputs", "one command instead of the shell"},
    {"geartrain debug latest train -- run-step", "the step itself, on this terminal"},
};

struct Wanted {
  std::string run, step;
  std::optional<std::int64_t> attempt;
  bool only_command = false, keeps = false;
  std::vector<std::string> command;
};

std::string masked(const std::string& text, const std::vector<std::string>& masks) {
  Masker masker(masks);
  std::string shown = masker.feed(text);
  return shown + masker.finish();
}

std::string command_text(const Launch& launch) {
  if (const auto* script = std::get_if<std::string>(&launch.command)) {
    std::string text = masked(*script, launch.masks);
    if (!text.ends_with('\n')) text += '\n';
    return text;
  }
  return masked(shell_quoted(std::get<0>(launch.command)), launch.masks) + "\n";
}

JsonObject shape_of(const RunView& view, const Launch& launch) {
  JsonObject shape{{"run", view.run().name()},
                   {"task", launch.task_path},
                   {"attempt", std::int64_t{launch.attempt.number}}};
  if (const auto* argv = std::get_if<0>(&launch.command)) {
    JsonList words;
    for (const std::string& word : *argv) words.emplace_back(masked(word, launch.masks));
    shape.set("argv", std::move(words));
    shape.set("script", Json());
  } else {
    shape.set("argv", Json());
    shape.set("script", command_text(launch));
  }
  JsonObject variables;
  for (const auto& [name, value] : launch.variables)
    variables.set(name, masked(value, launch.masks));
  JsonList inputs;
  for (const InputPlacement& input : launch.inputs)
    inputs.emplace_back(JsonObject{{"path", input.path},
                                   {"artifact", input.digest.hex()},
                                   {"folder", input.is_folder},
                                   {"copy", input.copy}});
  shape.set("working_directory", launch.working_directory);
  shape.set("variables", std::move(variables));
  shape.set("inputs", std::move(inputs));
  return shape;
}

Result<std::uint32_t> attempt_number(const RunView& view, const TaskRecord& task,
                                     const std::optional<std::int64_t>& given) {
  if (!given) return std::max<std::uint32_t>(task.attempts, 1);
  if (*given <= std::int64_t{task.attempts}) return static_cast<std::uint32_t>(*given);
  return Error{Errc::not_found, fmt::format("{} has no attempt {}", view.path(task), *given),
               fmt::format("it has {} so far", task.attempts)};
}

/// What it needs of other steps was never made.
Result<void> refuse_unready(const RunView& view, const TaskRecord& task, ClaimView& claims) {
  if (task.state != TaskState::waiting && task.state != TaskState::upstream_failed &&
      task.state != TaskState::skipped)
    return {};
  return Error{Errc::conflict,
               fmt::format("{} never got what it needs: it is {}: {}", view.path(task),
                           to_text(task.state), task_reason(view, task, claims)),
               fmt::format("`geartrain show {}` shows the run", view.run().name())};
}

class Debugging {
 public:
  Debugging(Session& session, Records& records, const Wanted& wanted)
      : session_(session),
        records_(records),
        wanted_(wanted),
        blobs_(records.home, session.entropy, Durability::none) {}

  Result<ExitCode> run(const OutputForm& output) {
    auto reader = TRY(records_.database->begin_read());
    const RunRecord found = TRY(find_run(records_, reader, wanted_.run));
    const RunView view = TRY(RunView::load(records_.runs, reader, found));
    const TaskRecord& task = *TRY(view.find(wanted_.step));
    TRY(refuse_container(view, task));
    if (task.kind != TaskKind::step)
      return error(Errc::invalid, "{} is a {} without tasks in this run", view.path(task),
                   to_text(task.kind));
    if (view.step_of(task).is_waiting())
      return error(Errc::invalid, "{} is a step without a process: there is nothing to debug",
                   view.path(task));
    ClaimView claims = TRY(ClaimView::load(session_, records_, reader));
    TRY(refuse_unready(view, task, claims));
    const std::uint32_t number = TRY(attempt_number(view, task, wanted_.attempt));
    const Project project = TRY(project_of(records_, reader, found));
    const auto facts = TRY(make_facts(
        session_, records_, project, [] {},
        [this](const std::string& line) { session_.console.say(line); }, pushed_project_of(found)));
    const LiveRun live = TRY(recorded_live_run(records_, reader, view));
    const AttemptId attempt{found.id, task.index, number};
    const std::string name = outside_name(found.uuid, attempt) + "-debug";
    const LaunchPlaces places{.project_root = project.root,
                              .attempts = records_.home.at(debug_folders),
                              .gpus = TRY(recorded_gpus(records_, reader, attempt))};
    if (wanted_.only_command || !output.is_table()) {
      const Launch launch = TRY(launch_in(live, task, number, *facts, places, name));
      session_.console.print(output.is_table() ? command_text(launch)
                                               : output.text_of(shape_of(view, launch)));
      return ExitCode::ok;
    }
    TRY(refuse_without_terminal());
    const DebugFolder folder = TRY(claim_debug_folder(records_.home.path(), name));
    const Launch launch = TRY(launch_in(live, task, number, *facts, places, folder.name));
    TRY(pin_inputs(reader, found));
    Variables python;
    if (launch.python) python = TRY(facts->python_variables(*launch.python));
    const auto source = TRY(facts->source(nullptr));
    const bool is_source_other = source->digest.hex() != found.source_digest;
    auto ended = execute(launch, folder, python, view, is_source_other, *places.gpus);
    if (!wanted_.keeps) {
      TRY(remove_tree(folder.path));
    } else {
      session_.console.say("the folder is " + printable(folder.path));
    }
    return ended;
  }

 private:
  static Result<Launch> launch_in(const LiveRun& live, const TaskRecord& task, std::uint32_t number,
                                  HostFacts& facts, LaunchPlaces places, const std::string& name) {
    places.outside_name = name;
    return recorded_launch(live, task, number, facts, places);
  }

  Result<void> refuse_without_terminal() const {
    if (!wanted_.command.empty()) return {};
    if (::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0) return {};
    return Error{Errc::invalid, "a shell needs a terminal, and this is none",
                 "`-- COMMAND` executes one command there; `-- run-step` the step itself\n"
                 "--command shows what would be executed"};
  }

  /// No garbage collection takes them away as long as somebody looks at them.
  Result<void> pin_inputs(Transaction& reader, const RunRecord& run) {
    const std::vector<Blob> artifacts = artifacts_of(TRY(records_.runs.load(reader, run.id)));
    TRY(blobs_.rely_on(artifacts));
    return {};
  }

  Result<ExitCode> execute(const Launch& launch, const DebugFolder& folder, const Variables& python,
                           const RunView& view, bool is_source_other,
                           const std::vector<std::string>& gpus) {
    TRY(make_directories(folder.path));
    TRY(place_inputs(launch, folder.path, blobs_));
    const std::vector<std::string> caller = own_environment();
    const SpawnRequest request = host_request(launch, folder.path, caller, python);
    for (const std::string& one : request.folders)
      TRY(make_directories(join_path(folder.path, one)));
    ExitCode code = ExitCode::ok;
    if (!wanted_.command.empty()) {
      code = static_cast<ExitCode>(TRY(run_debug_command(request, wanted_.command)));
    } else {
      introduce(launch, folder, is_source_other, view, gpus);
      TRY(run_debug_shell({.request = request,
                           .prompt = view.run().name() + " " + launch.task_path,
                           .terminal_variables = terminal_variables(request)}));
    }
    if (const auto modified = TRY(find_modified_inputs(launch, blobs_)))
      session_.console.say("an input was changed: " + modified->message);
    return code;
  }

  void introduce(const Launch& launch, const DebugFolder& folder, bool is_source_other,
                 const RunView& view, const std::vector<std::string>& gpus) {
    Console& console = session_.console;
    console.say(fmt::format("{} of {} as attempt {} saw it; nothing here is recorded",
                            launch.task_path, view.run().name(), launch.attempt.number));
    console.say("its folder is " + printable(folder.path));
    if (!gpus.empty())
      console.say(fmt::format("it sees {} {}, as recorded; others may use {}, too",
                              gpus.size() == 1 ? "GPU" : "GPUs", fmt::join(gpus, ","),
                              gpus.size() == 1 ? "it" : "them"));
    if (is_source_other)
      console.say(fmt::format("the source is other than it was for {}", view.run().name()));
    console.say("its command, which `run-step` executes:");
    const std::string command = command_text(launch);
    for (const auto line : split(trim(command), '\n')) console.say("  " + printable(line));
  }

  std::vector<std::string> terminal_variables(const SpawnRequest& request) const {
    std::vector<std::string> variables;
    for (const char* const name : {"TERM", "COLORTERM", "TERMINFO"}) {
      const char* const value = session_.variable(name);
      const auto is_it = [&](const std::string& one) {
        return one.starts_with(std::string(name) + "=");
      };
      if (value != nullptr && std::ranges::none_of(request.environment, is_it))
        variables.push_back(fmt::format("{}={}", name, value));
    }
    return variables;
  }

  Session& session_;
  Records& records_;
  const Wanted& wanted_;
  FolderBlobs blobs_;
};

Result<ExitCode> run(Session& session, Words words) {
  Options options(debug_command.text);
  std::optional<std::string> run_name, step;
  Wanted wanted;
  OutputForm output;
  options.argument("RUN", run_name, Need::required, run_argument_help);
  options.argument("STEP", step, Need::required, task_argument_help);
  options.arguments("COMMAND", wanted.command,
                    "Behind --: executed there instead of a shell; run-step is the step's own.");
  options.option("--attempt", "N", wanted.attempt, 1, "As this attempt saw it; else the last one.");
  options.flag("--command", wanted.only_command,
               "Only show the step's command, with its values; make nothing.");
  options.flag("--keep", wanted.keeps, "Leave the folder there at the end, and say where it is.");
  options.setting(SettingId::secrets_file);
  options.output(output, {.text = "as --command: {run, task, attempt, argv, script, "
                                  "working_directory, variables, inputs: [{path, artifact, folder, "
                                  "copy}]}."});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  wanted.run = *run_name;
  wanted.step = *step;
  Records records = TRY(open_existing_records(session));
  return Debugging(session, records, wanted).run(output);
}

}  // namespace

const CliCommand debug_command = {
    {"debug", "open a shell in the folder and environment of a task",
     "The shell is where the step's process would be: its working directory, variables, secrets, "
     "Python environment, inputs and an empty folder for its outputs; it stops before the command, "
     "which `run-step` executes. Source files are those of now. Nothing of it is recorded or "
     "cached, and the folder is removed at the end. With a COMMAND, ends as that does.",
     examples},
    false,
    run};

}  // namespace gt
