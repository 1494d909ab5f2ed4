#include "cli/values_of_project.h"

#include "base/file.h"
#include "base/text.h"
#include "definition/outside_names.h"

namespace gt {

KeyFile key_file_of(const Session& session, const std::string& home) {
  if (const SettingValue* const set = session.settings().find(SettingId::key_file))
    return KeyFile(set->text);
  return KeyFile(join_path(home, "sealing-key"));
}

ProjectValues values_of_project(const Session& session, const std::string& home, Database* database,
                                const ProjectName& pushed) {
  return ProjectValues({.variable = session.variable,
                        .database = database,
                        .project = pushed,
                        .key_file = key_file_of(session, home).path()});
}

Problems missing_values(const Pipeline& pipeline, const ProjectValues& values) {
  Problems problems;
  for (const OutsideName& wanted : outside_names(pipeline)) {
    const char* const what = wanted.is_connection ? "connection" : "variable";
    const auto there = wanted.is_connection ? values.has_connection(wanted.name)
                                            : values.has_variable(wanted.name);
    if (there && *there) continue;
    Problem problem{.severity = Severity::warning, .position = wanted.position, .message = {}};
    if (!there) {
      problem.message =
          fmt::format("{} `{}` cannot be looked for: {}", what, wanted.name, there.error().message);
    } else {
      problem.message = fmt::format("there is no {} `{}` here yet", what, wanted.name);
      problem.hint = fmt::format("`geartrain {} set {}` makes it", what, wanted.name);
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

ProjectName pushed_project_of(const RunRecord& run) {
  return run.project_version.substr(0, run.project_version.rfind('@'));
}

}  // namespace gt
