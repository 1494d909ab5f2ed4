#include "base/text.h"
#include "cli/commands.h"
#include "cli/complete_values.h"
#include "cli/completion_scripts.h"

namespace gt {

namespace {

const Example examples[] = {
    {"source <(geartrain completion bash)", "for this shell; in ~/.bashrc for all to come"},
    {"geartrain completion zsh > ~/.zfunc/_geartrain", "where ~/.zfunc is in fpath"},
    {"geartrain completion fish > ~/.config/fish/completions/geartrain.fish", "for fish"},
};

Result<void> enter_project(Session& session, const std::vector<std::string>& words) {
  // The last word is being written.
  for (std::size_t i = 0; i + 2 < words.size(); ++i)
    if (words[i] == "-C" || words[i] == "--project") return enter_folder(session, words[i + 1]);
  return {};
}

std::optional<OptionsDescription> describe(Session& session, const std::string& name) {
  const CliCommand* const command = find_command(name);
  if (command == nullptr) return std::nullopt;
  OptionsDescription description;
  session.describes = &description;
  (void)command->run(session, {}).ok();
  session.describes = nullptr;
  return description;
}

std::string lines_of(const Completion& completion) {
  std::string text;
  if (completion.help == ShellHelp::files) text += ":files\n";
  if (completion.help == ShellHelp::folders) text += ":folders\n";
  if (completion.goes_on) text += ":goes-on\n";
  for (const Candidate& one : completion.candidates)
    text += printable(one.word) + "\t" + printable(one.description) + "\n";
  return text;
}

Result<void> print_candidates(Session& session, std::vector<std::string> words) {
  TRY(enter_project(session, words));
  CompletionSources sources{
      .commands = {},
      .describe = [&](const std::string& command) { return describe(session, command); },
      .values = [&](const WantedValue& wanted) { return values_of(session, wanted); }};
  for (const CliCommand* command : all_commands())
    sources.commands.push_back({command->text.name, command->text.summary});
  session.console.print(lines_of(complete(words, sources)));
  return {};
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(completion_command.text);
  std::optional<std::string> shell;
  std::vector<std::string> rest;
  OutputForm output;
  options.argument("SHELL", shell, Need::required,
                   "bash, zsh or fish; or `words`, which those ask for candidates.");
  options.arguments("WORD", rest, "Of `words`: what stands behind `geartrain` up to the cursor.");
  options.output(output, {.text = "{shell, script}.", .is_for_programs = true});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  if (*shell == "words") {
    TRY(print_candidates(session, std::move(rest)));
    return ExitCode::ok;
  }
  const auto script = completion_script(*shell);
  if (!script || !rest.empty()) {
    Error problem = script ? error(Errc::invalid, "unexpected argument {}",
                                   shell_quoted(printable(rest.front())))
                           : error(Errc::invalid, "there is no completion for {}",
                                   shell_quoted(printable(*shell)));
    problem.hint = "shells are bash, zsh, fish";
    return problem;
  }
  session.console.print(output.is_table()
                            ? std::string(*script)
                            : output.text_of(JsonObject{{"shell", *shell}, {"script", *script}}));
  return ExitCode::ok;
}

}  // namespace

const CliCommand completion_command = {
    {"completion", "print what a shell needs to complete geartrain's words",
     "Commands, options and their values, runs, tasks, steps and parameters of the project.",
     examples},
    false,
    run,
    SettingsNeed::what_is_good};

}  // namespace gt
