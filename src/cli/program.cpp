#include "cli/program.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command_places.h"
#include "cli/commands.h"
#include "cli/error_report.h"
#include "cli/remote_command.h"
#include "cli/server_client.h"
#include "cli/wrapped_text.h"

namespace gt {

namespace {

// A file of ours must never become descriptor 1 or 2, where talk would be written into it.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
}

std::string list_of(std::span<const CliCommand* const> listed) {
  std::string text;
  for (const CliCommand* command : listed)
    text += two_columns(command->text.name, command->text.summary);
  return text;
}

std::string overview() {
  std::string text =
      "geartrain: machine-learning pipelines that run themselves\n\n"
      "usage: geartrain COMMAND [ARGUMENT…] [OPTION…]\n";
  for (const CommandTopic& topic : command_topics())
    text += fmt::format("\n{}\n{}", topic.title, list_of(topic.commands));
  return text +
         "\n`geartrain COMMAND --help` describes a command, with examples.\n"
         "A new project begins with `geartrain init`.\n";
}

std::string overview(const std::string& word, std::span<const CliCommand* const> family) {
  return fmt::format("usage: geartrain {} COMMAND [ARGUMENT…] [OPTION…]\n\ncommands\n{}", word,
                     list_of(family)) +
         fmt::format("\n`geartrain {} COMMAND --help` describes a command, with examples.\n", word);
}

bool is_help(const std::string& word) { return word == "--help" || word == "-h"; }

/// `env list x` becomes `"env list" x`.
void join_command(std::vector<std::string>& words) {
  if (words.size() < 2) return;
  const std::string joined = words[0] + " " + words[1];
  if (find_command(joined) == nullptr) return;
  words[0] = joined;
  words.erase(words.begin() + 1);
}

/// `geartrain -C folder run x` is `geartrain run -C folder x`.
void move_command_to_front(std::vector<std::string>& words) {
  auto word = words.begin();
  while (word != words.end() && word->starts_with('-')) {
    const bool takes_value = *word == "-C" || *word == "--project" || *word == "--server";
    if (takes_value && std::next(word) != words.end()) ++word;
    ++word;
  }
  if (word == words.end()) return;
  const auto second = std::next(word);
  const bool has_two = second != words.end() && find_command(*word + " " + *second) != nullptr;
  std::rotate(words.begin(), word, has_two ? std::next(second) : second);
}

Error unknown_member(const std::vector<std::string>& words,
                     std::span<const CliCommand* const> family) {
  std::vector<std::string> names;
  for (const CliCommand* command : family) names.emplace_back(command->text.name);
  const std::string& word = words.size() > 1 ? words[1] : words[0];
  Error problem =
      words.size() > 1 && !words[1].starts_with('-')
          ? error(Errc::invalid, "{} has no command {}", words[0], shell_quoted(printable(word)))
          : error(Errc::invalid, "{} needs a command", words[0]);
  const auto near = nearest(words[0] + " " + word, names);
  problem.hint = near && words.size() > 1
                     ? fmt::format("did you mean `geartrain {}`?", *near)
                     : fmt::format("`geartrain {}`", fmt::join(names, "`, `geartrain "));
  return problem;
}

Error unknown_command(const std::string& word) {
  std::vector<std::string> names;
  for (const CliCommand* command : all_commands()) names.emplace_back(command->text.name);
  Error problem = error(Errc::invalid, "there is no command {}", shell_quoted(printable(word)));
  const auto near = nearest(word, names);
  problem.hint = near ? fmt::format("did you mean `geartrain {}`?", *near)
                      : "`geartrain --help` lists the commands";
  return problem;
}

Result<ExitCode> dispatch(Session& session, std::vector<std::string> words,
                          const CliCommand* command) {
  if (words.empty()) {
    session.console.draw(overview());
    return ExitCode::usage;
  }
  if (is_help(words[0]) || (words[0] == "help" && words.size() == 1)) {
    session.console.print(overview());
    return ExitCode::ok;
  }
  if (command == nullptr) {
    if (words[0].starts_with('-')) {
      Error problem = error(Errc::invalid, "{} needs a command", printable(words[0]));
      problem.hint = "`geartrain --help` lists the commands";
      return problem;
    }
    const auto family = command_family(words[0]);
    if (family.empty()) return unknown_command(words[0]);
    if (words.size() < 2 || !is_help(words[1])) return unknown_member(words, family);
    session.console.print(overview(words[0], family));
    return ExitCode::ok;
  }
  words.erase(words.begin());
  return command->run(session, words);
}

bool wants_help(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const std::string& word) { return is_help(word); });
}

/// Where a command is to be carried out that is not about this machine alone; the word for it is
/// taken out. `push` and the like use the server in their own way.
std::optional<std::string> server_for(const CliCommand& command, std::vector<std::string>& words) {
  if (!scope_of_command(command.text.name)) return std::nullopt;
  if (auto given = take_server(words)) return given;
  const char* const variable = std::getenv(server_variable);
  return variable == nullptr || *variable == '\0' ? std::nullopt
                                                  : std::optional<std::string>(variable);
}

/// "env list" is one word by now, and two for others.
std::vector<std::string> words_of(std::vector<std::string> words) {
  const std::string name = std::move(words.front());
  words.erase(words.begin());
  std::vector<std::string> all;
  for (const std::string_view word : split(name, ' ')) all.emplace_back(word);
  std::ranges::move(words, std::back_inserter(all));
  return all;
}

}  // namespace

int run_program(std::vector<std::string> words) {
  fill_standard_descriptors();
  if (words.size() == 1 && (words[0] == "--version" || words[0] == "-V")) words[0] = "version";
  if (words.size() >= 2 && words.size() <= 3 && words[0] == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  move_command_to_front(words);
  join_command(words);
  const CliCommand* const command = words.empty() ? nullptr : find_command(words[0]);
  std::optional<std::string> server;
  if (command != nullptr && !wants_help(words)) server = server_for(*command, words);

  std::optional<Result<KeeperLink>> keeper;
  if (command != nullptr && command->executes_steps && !server && !wants_help(words))
    keeper = fork_keeper();
  // After the keeper, whose children are to have the usual answer to a closed pipe.
  (void)std::signal(SIGPIPE, SIG_IGN);

  Console console(
      STDOUT_FILENO, STDERR_FILENO,
      look_at_console(STDOUT_FILENO, STDERR_FILENO, std::getenv("NO_COLOR"), std::getenv("TERM")));
  SystemClock clock;
  SystemEntropy entropy;
  Session session{
      .console = console,
      .clock = clock,
      .entropy = entropy,
      .working_directory = current_folder(),
      .variable = [](const char* name) { return std::getenv(name); },
      .executes_steps = command != nullptr && command->executes_steps,
      .settings_need = command != nullptr ? command->settings_need : SettingsNeed::all_good};
  auto ended = [&]() -> Result<ExitCode> {
    if (server) {
      const ExitCode code =
          TRY(run_on_server(session, *server, std::string(command->text.name), words_of(words)));
      TRY(console.flush());
      return code;
    }
    if (keeper) session.keeper = TRY(std::move(*keeper));
    const ExitCode code = TRY(dispatch(session, std::move(words), command));
    TRY(console.flush());
    return code;
  }();
  if (ended) return static_cast<int>(*ended);
  report(console, ended.error());
  return static_cast<int>(exit_code_of(ended.error().code));
}

}  // namespace gt
