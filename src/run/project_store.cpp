#include "run/project_store.h"

#include "base/text.h"

namespace gt {

namespace {

constexpr const char* version_columns =
    "SELECT id, project, number, tree, files, bytes, git, message, created_by, created_at FROM "
    "project_version ";

/// `rest` is a constant: the statement is prepared once.
Result<std::vector<ProjectVersion>> read_versions(Transaction& transaction, const std::string& rest,
                                                  Binds binds) {
  std::vector<ProjectVersion> found;
  Result<void> read =
      transaction.query<std::int64_t, std::string, std::int64_t, std::string, std::int64_t,
                        std::int64_t, std::string, std::string, std::string, Time>(
          version_columns + rest, binds,
          [&](std::int64_t id, std::string project, std::int64_t number, std::string tree,
              std::int64_t files, std::int64_t bytes, std::string git, std::string message,
              std::string created_by, Time created_at) -> Result<void> {
            const auto digest = Digest::parse(tree);
            if (!digest) return error(Errc::internal, "version {} has the tree {}", id, tree);
            ProjectVersion version{.id = id,
                                   .project = std::move(project),
                                   .number = number,
                                   .tree = *digest,
                                   .files = files,
                                   .bytes = bytes,
                                   .git = {},
                                   .message = std::move(message),
                                   .created_by = std::move(created_by),
                                   .created_at = created_at};
            if (const Json json = TRY(parse_json(git)); json.object()) version.git = *json.object();
            found.push_back(std::move(version));
            return {};
          });
  TRY(std::move(read));
  return found;
}

Error no_project(const std::string& name) {
  return Error{Errc::not_found, fmt::format("there is no project {}", printable(name)),
               "`geartrain project list` shows those that were pushed"};
}

}  // namespace

Result<ProjectVersion> ProjectStore::add(Transaction& transaction, const NewProjectVersion& wanted,
                                         Time now) {
  const auto active = read_versions(
      transaction, "WHERE id = (SELECT active FROM project WHERE name = :name)", {wanted.project});
  const std::vector<ProjectVersion> before = TRY(std::move(active));
  if (!before.empty() && before.front().tree == wanted.tree) return before.front();
  const auto last = TRY((transaction.query_row<std::int64_t, std::int64_t>(
      "SELECT (SELECT coalesce(max(id), 0) FROM project_version), "
      "(SELECT coalesce(max(number), 0) FROM project_version WHERE project = :project)",
      {wanted.project})));
  ProjectVersion version{.id = std::get<0>(*last) + 1,
                         .project = wanted.project,
                         .number = std::get<1>(*last) + 1,
                         .tree = wanted.tree,
                         .files = wanted.files,
                         .bytes = wanted.bytes,
                         .git = wanted.git,
                         .message = wanted.message,
                         .created_by = wanted.created_by,
                         .created_at = now};
  const std::string tree = version.tree.hex(), git = compact_json(version.git);
  TRY(transaction.execute(
      "INSERT INTO project_version (id, project, number, tree, files, bytes, git, message, "
      "created_by, created_at) VALUES (:id, :project, :number, :tree, :files, :bytes, :git, "
      ":message, :created_by, :created_at)",
      {version.id, version.project, version.number, tree, version.files, version.bytes, git,
       version.message, version.created_by, now}));
  TRY(activate(transaction, version, wanted.created_by, now));
  return version;
}

Result<std::vector<PushedProject>> ProjectStore::list(Transaction& transaction) {
  std::vector<PushedProject> found;
  TRY((transaction.query<std::string, Time, std::string>(
      "SELECT project.name, activated_at, activated_by FROM project JOIN project_activation a ON "
      "a.id = (SELECT max(id) FROM project_activation WHERE project = project.name) "
      "ORDER BY project.name",
      {}, [&](std::string name, Time at, std::string by) {
        found.push_back({std::move(name), {}, at, std::move(by)});
      })));
  for (PushedProject& one : found) {
    auto active = TRY(read_versions(
        transaction, "WHERE id = (SELECT active FROM project WHERE name = :name)", {one.name}));
    if (active.empty())
      return error(Errc::internal, "the active version of {} is not there", printable(one.name));
    one.active = std::move(active.front());
  }
  return found;
}

Result<PushedProject> ProjectStore::find(Transaction& transaction, const std::string& project) {
  for (PushedProject& one : TRY(list(transaction)))
    if (one.name == project) return std::move(one);
  return no_project(project);
}

Result<std::vector<ProjectVersion>> ProjectStore::versions(Transaction& transaction,
                                                           const std::string& project) {
  return read_versions(transaction, "WHERE project = :project ORDER BY number DESC", {project});
}

Result<ProjectVersion> ProjectStore::version(Transaction& transaction, ProjectVersionId id) {
  auto found = TRY(read_versions(transaction, "WHERE id = :id", {id}));
  if (found.empty()) return error(Errc::not_found, "there is no version {} of any project", id);
  return std::move(found.front());
}

Result<ProjectVersion> ProjectStore::version(Transaction& transaction, const std::string& project,
                                             std::int64_t number) {
  auto found = TRY(read_versions(transaction, "WHERE project = :project AND number = :number",
                                 {project, number}));
  if (found.empty())
    return Error{Errc::not_found,
                 fmt::format("there is no version {}@{}", printable(project), number),
                 fmt::format("`geartrain project versions {}` lists them", shell_quoted(project))};
  return std::move(found.front());
}

Result<ProjectVersion> ProjectStore::version(Transaction& transaction, std::string_view name) {
  const std::size_t at = name.rfind('@');
  const auto number =
      at == std::string_view::npos ? std::nullopt : parse_whole_number(name.substr(at + 1));
  if (!number)
    return Error{Errc::invalid, fmt::format("{} is no version of a project", printable(name)),
                 "versions are named as sales@3"};
  return version(transaction, std::string(name.substr(0, at)), *number);
}

Result<ProjectVersion> ProjectStore::before_active(Transaction& transaction,
                                                   const std::string& project) {
  const PushedProject found = TRY(find(transaction, project));
  const auto row = TRY(transaction.query_row<std::int64_t>(
      "SELECT version FROM project_activation WHERE project = :project AND version <> :active "
      "ORDER BY id DESC LIMIT 1",
      {project, found.active.id}));
  if (!row)
    return error(Errc::not_found, "{} has had no other version than {}", printable(project),
                 found.active.number);
  return version(transaction, std::get<0>(*row));
}

Result<bool> ProjectStore::activate(Transaction& transaction, const ProjectVersion& version,
                                    const std::string& who, Time now) {
  const auto before = TRY(transaction.query_row<std::int64_t>(
      "SELECT active FROM project WHERE name = :name", {version.project}));
  if (before && std::get<0>(*before) == version.id) return false;
  TRY(transaction.execute(
      "INSERT INTO project (name, active, created_at) VALUES (:name, :active, :created_at) "
      "ON CONFLICT (name) DO UPDATE SET active = excluded.active",
      {version.project, version.id, now}));
  TRY(transaction.execute(
      "INSERT INTO project_activation (project, version, activated_by, activated_at) VALUES "
      "(:project, :version, :activated_by, :activated_at)",
      {version.project, version.id, who, now}));
  return true;
}

Result<void> ProjectStore::remove(Transaction& transaction, const std::string& project) {
  TRY(find(transaction, project));
  TRY(transaction.execute("DELETE FROM project WHERE name = :name", {project}));
  return {};
}

}  // namespace gt
