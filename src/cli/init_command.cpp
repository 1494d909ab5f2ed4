#include <fcntl.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/init_files.h"
#include "cli/project.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain init", "in the current folder"},
    {"geartrain init churn && cd churn && geartrain run", "a new folder, and its first run"},
};

/// A pipeline's name from a folder's: what may not stand in one becomes '-'.
std::string name_from(std::string_view folder) {
  std::string name;
  for (const char c : folder) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool is_other = (c >= '0' && c <= '9') || c == '-';
    if (name.empty() && !is_letter) continue;
    name += is_letter || is_other ? c : '-';
    if (name.size() == 64) break;
  }
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "hello" : name;
}

Result<void> refuse_overwriting(const std::string& folder, std::span<const InitFile> files) {
  std::string taken;
  for (const InitFile& file : files)
    if (TRY(kind_of(join_path(folder, file.path))) != PathKind::nothing)
      taken += fmt::format("{}{}", taken.empty() ? "" : ", ", file.path);
  if (taken.empty()) return {};
  Error problem = error(Errc::conflict, "{} has {} already", printable(folder), taken);
  problem.hint = "`geartrain init FOLDER` makes the project in another folder";
  return problem;
}

Result<void> write_new(const std::string& path, std::string_view content) {
  TRY(make_directories(parent_path(path)));
  const UniqueFd file = TRY(open_file(path, O_WRONLY | O_CREAT | O_EXCL));
  return write_all(file.get(), content);
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(init_command.text);
  std::optional<std::string> folder, name;
  OutputForm output;
  options.argument("FOLDER", folder, Need::optional, "Where; made if it is not there.");
  options.option("--name", "NAME", name, "The pipeline's name; else from the folder's.");
  options.output(output, {.text = "{folder, pipeline, files}.", .names = "files[]"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const std::string path = absolute_path(session, folder.value_or("."));
  const std::string place = folder.value_or(session.working_directory);
  if (name && !is_name(*name))
    return error(Errc::invalid, "{} is no name: a letter, then letters, digits, _ and -",
                 shell_quoted(printable(*name)));
  std::string_view last = place;
  while (last.size() > 1 && last.ends_with('/')) last.remove_suffix(1);
  const std::string pipeline = name ? *name : name_from(file_name(last));
  const auto files = init_files(pipeline);
  TRY(refuse_overwriting(path, files));
  JsonList written;
  for (const InitFile& file : files) {
    TRY(write_new(join_path(path, file.path), file.content));
    written.emplace_back(file.path);
  }
  if (!output.is_table()) {
    session.console.print(output.text_of(
        JsonObject{{"folder", path}, {"pipeline", pipeline}, {"files", std::move(written)}}));
    return ExitCode::ok;
  }
  for (const InitFile& file : files)
    session.console.print(
        (folder ? join_path(printable(*folder), file.path) : std::string(file.path)) + "\n");
  const std::string enter =
      folder && *folder != "." ? "cd " + shell_quoted(printable(*folder)) + " && " : "";
  session.console.say(fmt::format("next: {}geartrain run", enter));
  return ExitCode::ok;
}

}  // namespace

const CliCommand init_command = {
    {"init", "make a small working project",
     "Writes pipeline.yaml and three plain Python scripts (they need Python 3 and nothing else), "
     "and never overwrites a file.",
     examples},
    false,
    run,
    SettingsNeed::what_is_good};

}  // namespace gt
