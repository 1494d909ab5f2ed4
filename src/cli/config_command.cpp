#include <cstdlib>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/config_view.h"
#include "execute/host_environment.h"
#include "settings/edit_file.h"
#include "settings/settings_file.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain config --origin", "what holds here, and where each was said"},
    {"geartrain config show jobs", "one value"},
    {"geartrain config set jobs 4 --in project", "in the project's geartrain.yaml"},
    {"geartrain config set pager less", "in your own file"},
    {"geartrain config path", "the files that are looked for"},
};

struct Request {
  std::optional<std::string> action, name, value, where;
  bool with_origin = false;
  SettingLayer layer = SettingLayer::person;  ///< whose file is changed
  OutputForm output;
};

Result<SettingLayer> layer_of(const std::string& whose) {
  for (const SettingLayer layer :
       {SettingLayer::person, SettingLayer::project, SettingLayer::system})
    if (whose == to_text(layer)) return layer;
  return Error{Errc::invalid, fmt::format("there is no file of {}", shell_quoted(printable(whose))),
               "--in is person, project or system"};
}

Result<const Setting*> named(const Request& request) {
  if (!request.name) {
    Error problem = error(Errc::invalid, "config {} needs NAME", *request.action);
    problem.hint = "`geartrain config show` lists the settings";
    return problem;
  }
  if (const Setting* const found = find_setting(*request.name)) return found;
  Error problem =
      error(Errc::not_found, "there is no setting {}", shell_quoted(printable(*request.name)));
  const auto near = nearest(*request.name, setting_names());
  problem.hint =
      near ? fmt::format("did you mean {}?", *near) : "`geartrain config show` lists the settings";
  return problem;
}

Result<ExitCode> show(Session& session, const Request& request) {
  std::optional<SettingId> only;
  if (request.name) only = TRY(named(request))->id;
  const std::vector<ShownSetting> shown = TRY(shown_settings(session, only));
  if (!request.output.is_table())
    session.console.print(request.output.text_of(shape_of(shown)));
  else if (only && !request.with_origin)
    session.console.print(printable(shown.front().text) + "\n");
  else
    session.console.print(table_of(shown, request.with_origin).text(session.console));
  for (const UnknownVariable& one : unknown_variables(own_environment()))
    session.console.say(
        fmt::format("warning: geartrain knows no variable {}{}", printable(one.name),
                    one.meant.empty() ? "" : fmt::format("; did you mean {}?", one.meant)));
  const auto refused = refuse_problems(session);
  return refused ? ExitCode::ok : ExitCode::usage;
}

Result<ExitCode> show_files(Session& session, const Request& request) {
  const std::vector<SettingsFile>& files = session.configuration.files;
  if (!request.output.is_table()) {
    JsonList list;
    for (const SettingsFile& file : files)
      list.emplace_back(
          JsonObject{{"name", file.path}, {"of", to_text(file.layer)}, {"exists", file.exists}});
    session.console.print(request.output.text_of(std::move(list)));
    return ExitCode::ok;
  }
  Table table({"file", "of", ""});
  for (const SettingsFile& file : files)
    table.add({{printable(file.path)},
               {to_text(file.layer)},
               {file.exists ? "" : "is not there", Tone::faint}});
  session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<SettingsFile> chosen_file(const Session& session, const Request& request) {
  for (const SettingsFile& file : session.configuration.files)
    if (file.layer == request.layer) return file;
  return Error{Errc::not_found, "there is no place for a file of your own",
               "set HOME or XDG_CONFIG_HOME"};
}

/// A person's file is often a link into a folder of such files; the link stays.
std::string behind_links(const std::string& path) {
  char* const real = ::realpath(path.c_str(), nullptr);
  std::string found = real == nullptr ? path : real;
  std::free(real);
  return found;
}

Result<ExitCode> change(Session& session, const Request& request) {
  const Setting& wanted = *TRY(named(request));
  const bool is_setting = *request.action == "set";
  if (is_setting != request.value.has_value())
    return error(Errc::invalid, "config {} {}", *request.action,
                 is_setting ? "needs VALUE" : "takes no VALUE");
  if (request.layer == SettingLayer::project && is_setting && wanted.scope == SettingScope::person)
    return Error{Errc::invalid, fmt::format("{} cannot be set by a project", wanted.name),
                 "without --in it is set in your own file"};
  std::optional<std::string> text;
  if (is_setting) {
    SettingValue value =
        TRY(read_setting(wanted, *request.value).context("{}", std::string(wanted.name)));
    const bool is_relative = wanted.type == SettingType::path && !value.text.starts_with("~/");
    text = is_relative ? full_path(value.text, session.working_directory, "") : value.text;
  }
  const SettingsFile file = TRY(chosen_file(session, request));
  auto changed = with_setting(file.text, wanted.name, text);
  if (!changed) {
    Error problem = std::move(changed).error().context("{}", printable(file.path));
    problem.hint = "change it in an editor";
    return problem;
  }
  if (!is_setting && *changed == file.text) {
    session.console.say(fmt::format("{} is not set in {}", wanted.name, printable(file.path)));
    return ExitCode::ok;
  }
  TRY(make_directories(parent_path(file.path)));
  TRY(write_file_atomically(behind_links(file.path), *changed, Durability::sync));
  session.console.say(fmt::format("changed {}", printable(file.path)));
  const SettingPlace& place = session.settings().place(wanted.id);
  if (is_setting && place.layer > file.layer)
    session.console.say(fmt::format("warning: {} counts more here", printable(place.text())));
  return ExitCode::ok;
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(config_command.text);
  Request request;
  options.argument("ACTION", request.action, Need::optional,
                   "show (also without any), path, set or unset.",
                   {"show", "path", "set", "unset"});
  options.argument("NAME", request.name, Need::optional, "A setting, as show lists it.",
                   setting_names());
  options.argument("VALUE", request.value, Need::optional, "Of `set`.");
  options.flag("--origin", request.with_origin, "Also show where each value was said.");
  options.option("--in", "WHOSE", request.where,
                 "Whose file is changed: person (your own, also without it), project or system.");
  options.output(
      request.output,
      {.text = "[{name, value, unit, origin: {kind, name, line}, default, "
               "description, variable, flag, project}], or of path [{name, of, exists}].",
       .names = "[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  if (!request.action) request.action = "show";
  if (request.where) request.layer = TRY(layer_of(*request.where));
  if (*request.action == "show" && request.value)
    return error(Errc::invalid, "unexpected argument {}", shell_quoted(printable(*request.value)));
  if (*request.action == "show") return show(session, request);
  if (*request.action == "path") return show_files(session, request);
  if (*request.action == "set" || *request.action == "unset") return change(session, request);
  Error problem =
      error(Errc::invalid, "config cannot {}", shell_quoted(printable(*request.action)));
  const auto near =
      nearest(*request.action, std::vector<std::string>{"show", "path", "set", "unset"});
  problem.hint = near ? fmt::format("did you mean `geartrain config {}`?", *near)
                      : "it can show, path, set and unset";
  return problem;
}

}  // namespace

const CliCommand config_command = {
    {"config", "show and change settings",
     "What is said nearest counts: a flag, then a variable, then geartrain.yaml in the project, "
     "then your own file, then the file of this machine. Settings by which somebody else's project "
     "could harm are not for geartrain.yaml.",
     examples},
    false,
    run,
    SettingsNeed::what_is_good};

}  // namespace gt
