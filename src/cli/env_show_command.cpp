#include "base/text.h"
#include "cli/commands.h"
#include "cli/environment_uses.h"
#include "cli/table.h"
#include "cli/wrapped_text.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain env show train", "what is installed for the step train"},
    {"geartrain env show 3f2a -o name", "the names of its packages"},
};

std::string fact(std::string_view name, const std::string& text) {
  return text.empty() ? "" : "  " + padded(name, 14) + text + "\n";
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(env_show_command.text);
  std::optional<std::string> name, file;
  OutputForm output;
  options.argument("KEY", name, Need::required,
                   "A key as `env list` shows it, its beginning, or a step of the pipeline.");
  options.option("-f,--file", "FILE", file, "The pipeline file; else the project's pipeline.yaml.");
  options.output(output, {.text = "one object as in `env list`.", .names = "packages[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const Project project = TRY(find_project(session));
  const EnvironmentRecord found = TRY(find_environment(session, project, file, *name));
  const auto uses = TRY(uses_by_key(session, project));
  const std::int64_t bytes = EnvironmentFolder(project.home).bytes(found.key);
  if (!output.is_table()) {
    session.console.print(output.text_of(environment_json(found, bytes, uses)));
    return ExitCode::ok;
  }
  std::string text = session.console.painted(Tone::strong, found.key) + "\n";
  text += fact("requirements", printable(found.requirements));
  text += fact("python", found.is_whole ? fmt::format("{}, {}", found.version, found.architecture)
                                        : "it is not whole");
  text += fact("folder", printable(found.folder));
  if (found.made_at) text += fact("made", format_time(*found.made_at));
  if (found.used_at) text += fact("last used", format_time(*found.used_at));
  text += fact("size", format_bytes(bytes));
  text += fact("used by", uses_text(uses, found.key));
  Table table({"package", "version"});
  for (const InstalledPackage& package : found.packages)
    table.add({{printable(package.name)}, {printable(package.version)}});
  session.console.print(text + (table.empty() ? "" : "\n" + table.text(session.console)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand env_show_command = {
    {"env show", "show what is installed in an environment", "", examples}, false, run};

}  // namespace gt
