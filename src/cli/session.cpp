#include "cli/session.h"

#include <cerrno>
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/error_report.h"
#include "cli/project.h"
#include "cli/server_client.h"
#include "definition/render_problems.h"

namespace gt {

std::string person() {
  // Of a command that a server carries out for somebody.
  const char* const other = std::getenv("GEARTRAIN_ON_BEHALF_OF");
  if (other != nullptr && *other != '\0') return other;
  const passwd* const entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

std::string current_folder() {
  char* const path = ::getcwd(nullptr, 0);
  std::string text = path == nullptr ? "" : path;
  std::free(path);
  return text;
}

Result<void> enter_folder(Session& session, const std::string& folder) {
  if (::chdir(folder.c_str()) != 0)
    return errno_error(errno, fmt::format("entering the folder {}", printable(folder)));
  session.working_directory = current_folder();
  return {};
}

namespace {

void load(Session& session, const Options& options) {
  const bool is_somewhere = !session.working_directory.empty();
  const char* const home = session.variable("HOME");
  session.configuration = load_settings(
      {.project_file =
           is_somewhere ? join_path(project_root(session.working_directory), project_settings_file)
                        : "",
       .person_file = person_settings_file(session.variable),
       .system_file = system_settings_file(session.variable),
       .variable = session.variable,
       .flags = options.given_flags(),
       .folder = session.working_directory,
       .person_home = home == nullptr ? "" : home});
}

}  // namespace

Result<void> refuse_problems(Session& session) {
  const LoadedSettings& loaded = session.configuration;
  const Colors colors = session.console.facts().talk.has_colors ? Colors::ansi : Colors::none;
  for (const SettingsFile& file : loaded.files) {
    const ProblemSource source{file.path, file.text};
    if (!file.problems.empty())
      session.console.draw(render_problems(file.problems, {&source, 1}, colors) + "\n");
  }
  for (const Error& problem : loaded.problems) report(session.console, problem);
  if (!loaded.has_problems()) return {};
  return Error{Errc::invalid, "nothing was done: the configuration is wrong",
               "`geartrain config` shows what is set, and where"};
}

namespace {

void apply_to_console(Session& session, const CommonOptions& common) {
  const std::string& color = session.settings().text(SettingId::color);
  session.console.choose_colors(common.no_color ? "never" : color);
  if (common.no_pager || session.executes_steps) return;
  session.console.set_pager(
      pager_command(session.settings().find(SettingId::pager), session.variable("PATH")));
}

}  // namespace

std::optional<std::string> server_of(const Session& session, const Options& options) {
  if (options.common().server) return options.common().server;
  const char* const variable = session.variable(server_variable);
  return variable == nullptr || *variable == '\0' ? std::nullopt
                                                  : std::optional<std::string>(variable);
}

Result<bool> begin_command(Session& session, Options& options, Words words) {
  auto parsed = options.parse(words);
  if (session.describes != nullptr) {
    *session.describes = options.description();
    return false;
  }
  TRY(std::move(parsed));
  const CommonOptions& common = options.common();
  if (common.project && !common.help) TRY(enter_folder(session, *common.project));
  load(session, options);
  apply_to_console(session, common);
  if (common.help) {
    session.console.print(options.help());
    return false;
  }
  if (session.settings_need == SettingsNeed::all_good) TRY(refuse_problems(session));
  options.use_form(session.settings().text(SettingId::output));
  return true;
}

}  // namespace gt
