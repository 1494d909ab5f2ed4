#include "cli/command_places.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "cli/pipeline_choice.h"

namespace gt {

namespace {

using enum AccessScope;

constexpr std::pair<std::string_view, AccessScope> remote_commands[] = {
    {"runs", read},
    {"show", read},
    {"logs", read},
    {"why", read},
    {"diff", read},
    {"metrics", read},
    {"asset list", read},
    {"asset show", read},
    {"asset get", read},
    {"asset update", run},
    {"asset remove", admin},
    {"get", read},
    {"plan", read},
    {"attach", run},
    {"schedule simulate", read},
    {"schedule history", read},
    {"backfill list", read},
    {"backfill show", read},
    {"env list", read},
    {"env show", read},
    {"project list", read},
    {"notification list", read},
    {"notification show", read},
    {"project versions", read},
    {"project diff", read},
    {"run", run},
    {"retry", run},
    {"approve", run},
    {"clear", run},
    {"mark", run},
    {"cancel", run},
    {"backfill", run},
    {"backfill pause", run},
    {"backfill resume", run},
    {"backfill cancel", run},
    {"pause", run},
    {"resume", run},
    {"connection list", read},
    {"connection show", read},
    {"connection export", read},
    {"connection set", admin},
    {"connection remove", admin},
    {"connection import", admin},
    {"variable list", read},
    {"variable get", read},
    {"variable set", admin},
    {"variable remove", admin},
    {"variable import", admin},
    {"key rotate", admin},
    {"notification retry", run},
    {"notification drop", run},
    {"notification test", run},
    {"pools", admin},
    {"gc", admin},
    {"verify", admin},
    {"env update", admin},
    {"env prune", admin},
    {"token create", admin},
    {"token list", admin},
    {"token revoke", admin},
    {"project rollback", admin},
    {"project remove", admin},
    {"project follow", admin},
    {"project unfollow", admin},
};

/// Options whose values are files or folders.
constexpr std::string_view file_options[] = {"-C", "--project", "--secrets", "--param-file"};

bool begins_option(std::string_view word, std::string_view option) {
  return word == option || (word.starts_with(option) && (word[option.size()] == '=' ||
                                                         (option.size() == 2 && option[1] != '-')));
}

Error names_a_file(std::string_view word) {
  return Error{Errc::invalid,
               fmt::format("{} names a file, and the server has other ones", printable(word)),
               "pipelines of a server are named as flights.train"};
}

bool is_path(std::string_view word) {
  return word.starts_with('/') || word.starts_with("./") || word.starts_with("../") ||
         word.starts_with('~') || word.find("/../") != std::string_view::npos ||
         is_pipeline_file_name(word);
}

/// Those whose -f names a pipeline; that of `logs` follows.
bool takes_pipeline_file(std::string_view command) {
  return command == "run" || command == "plan" || command == "schedule simulate";
}

/// Those that take a pipeline by its file, whose problems would show what stands in it.
bool reads_files(std::string_view command) {
  constexpr std::string_view commands[] = {"run",      "plan",  "schedule simulate",
                                           "backfill", "pause", "resume"};
  return std::ranges::find(commands, command) != std::end(commands);
}

/// Words of a command that stand before the file that it writes.
std::size_t places_before_target(std::string_view command) {
  if (command == "get") return 2;
  return command == "asset get" ? 1 : std::numeric_limits<std::size_t>::max();
}

/// Those whose words are values, also such as look like paths.
bool takes_value(std::string_view command) {
  return command == "connection set" || command == "variable set";
}

bool takes_import(std::string_view command) {
  return command == "connection import" || command == "variable import";
}

bool is_value_of_option(const std::vector<std::string>& words, std::size_t index) {
  if (index == 0) return false;
  const std::string& before = words[index - 1];
  return before == "--pushed" || before == "-o" || before == "--output";
}

bool is_file_of(const std::string& root, std::string_view word) {
  const auto kind = kind_of(join_path(root, word));
  return kind && *kind == PathKind::file;
}

/// The value of an option that begins the word; empty: it is the next word.
std::string_view value_in(std::string_view word, std::string_view option) {
  word.remove_prefix(option.size());
  if (word.starts_with('=')) word.remove_prefix(1);
  return word;
}

}  // namespace

std::optional<AccessScope> scope_of_command(std::string_view name) {
  const auto found =
      std::ranges::find(remote_commands, name, &std::pair<std::string_view, AccessScope>::first);
  return found == std::end(remote_commands) ? std::nullopt : std::optional(found->second);
}

std::optional<AccessScope> scope_of_command(std::string_view name,
                                            const std::vector<std::string>& words) {
  const auto scope = scope_of_command(name);
  if (!scope) return scope;
  const bool reveals = std::ranges::any_of(
      words, [](std::string_view word) { return word.starts_with("--reveal"); });
  return reveals ? AccessScope::admin : *scope;
}

Result<void> check_remote_words(std::string_view command, const std::vector<std::string>& words,
                                const std::string& root) {
  std::size_t places = 0;  // that are no options
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    for (const std::string_view option : file_options)
      if (begins_option(word, option)) return names_a_file(word);
    // Whatever is there is sent with the command.
    if (takes_import(command) && !word.starts_with('-') && !is_value_of_option(words, i))
      return names_a_file(word);
    if (takes_value(command)) continue;
    if (is_path(word)) return names_a_file(word);
    if (reads_files(command) && !word.starts_with('-') && is_file_of(root, word))
      return names_a_file(word);
    // `--each NAME=@FILE` reads values.
    if (begins_option(word, "--each") || (i > 0 && words[i - 1] == "--each"))
      if (word.find("=@") != std::string_view::npos) return names_a_file(word);
    if (takes_pipeline_file(command))
      for (const std::string_view option : {"-f", "--file"}) {
        if (!begins_option(word, option)) continue;
        std::string_view value = value_in(word, option);
        if (value.empty() && i + 1 < words.size()) value = words[i + 1];
        if (value.find('/') != std::string_view::npos || is_path(value) || is_file_of(root, value))
          return names_a_file(value);
      }
    if ((word == "-" || !word.starts_with('-')) && ++places > places_before_target(command) &&
        word != "-")
      return names_a_file(word);
  }
  return {};
}

std::optional<std::string> take_server(std::vector<std::string>& words) {
  constexpr std::string_view option = "--server";
  std::optional<std::string> server;
  for (auto word = words.begin(); word != words.end() && *word != "--";) {
    if (*word == option && std::next(word) != words.end()) {
      server = *std::next(word);
      word = words.erase(word, std::next(word, 2));
    } else if (word->starts_with(option) && word->size() > option.size() &&
               (*word)[option.size()] == '=') {
      server = word->substr(option.size() + 1);
      word = words.erase(word);
    } else {
      ++word;
    }
  }
  return server;
}

}  // namespace gt
