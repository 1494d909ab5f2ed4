#include "cli/records.h"

#include "base/file.h"
#include "base/text.h"
#include "blob/blob_journal.h"
#include "cli/pushed_projects.h"
#include "db/presence.h"
#include "db/sqlite_database.h"

namespace gt {

namespace {

Result<Records> open_at(const Session& session, Project project) {
  Home home = TRY(Home::open(project.home));
  if (const std::string kind = home.network_file_system(); session.executes_steps && !kind.empty())
    session.console.say(fmt::format(
        "warning: {} lies on a network file system ({}): as soon as a second machine uses it, its "
        "database may be damaged; set GEARTRAIN_HOME to a folder on a local disk",
        printable(home.path()), kind));
  auto database =
      TRY(SqliteDatabase::open(home, session.clock, {.durability = durability_of(session)}));
  // A home that cannot be written is read as it is.
  if (auto restored = restore_blob_journals(home);
      !restored && restored.error().code != Errc::denied)
    return std::move(restored).error().context("restoring artifacts");
  return Records{std::move(project), std::move(home), std::move(database), RunStore()};
}

}  // namespace

Durability durability_of(const Session& session) {
  const bool is_for_good = session.settings().text(SettingId::durability) == "disk";
  return is_for_good ? Durability::sync : Durability::none;
}

Result<Records> open_records(const Session& session) {
  return open_at(session, TRY(find_project(session)));
}

Result<Records> open_existing_records(const Session& session) {
  Project project = TRY(find_project(session));
  const auto kind = kind_of(join_path(project.home, "geartrain.db"));
  if (!kind || *kind == PathKind::nothing) {
    Error problem = error(Errc::not_found, "nothing was run yet in {}", printable(project.root));
    problem.hint = "`geartrain run` runs its pipeline\n`-C FOLDER` names another project";
    return problem;
  }
  return open_at(session, std::move(project));
}

Result<RunRecord> find_run(Records& records, Transaction& transaction, const std::string& name) {
  auto found = records.runs.find(transaction, name);
  if (found || found.error().code != Errc::not_found) return found;
  Error problem = std::move(found).error();
  if (problem.hint.empty()) problem.hint = "`geartrain runs` lists the runs";
  return problem;
}

Result<RunRecord> find_run(Records& records, const std::string& name) {
  auto reader = TRY(records.database->begin_read());
  return find_run(records, reader, name);
}

std::string stopped_notice(const Records& records, const RunRecord& run) {
  if (is_ended(run.state) || run.owner_engine.empty()) return {};
  const auto process = stopped_process(records.home.at("engines"), run.owner_engine);
  if (!process) return {};
  return fmt::format(
      "the geartrain that drives {} is stopped (process {}), so nothing more begins: `kill -CONT "
      "{}` lets it go on; once it is killed, `geartrain attach {}` takes the run over",
      run.name(), *process, *process, run.name());
}

Result<Project> project_of(Records& records, Transaction& transaction, const RunRecord& run) {
  if (run.project_version.empty()) return records.project;
  const ProjectVersion version =
      TRY(ProjectStore().version(transaction, std::string_view(run.project_version)));
  return Project{version_folder(records.home, version), records.project.home};
}

}  // namespace gt
