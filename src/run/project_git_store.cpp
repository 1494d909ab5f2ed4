#include "run/project_git_store.h"

namespace gt {

namespace {

constexpr const char* columns =
    "SELECT project, url, branch, path, every, webhook, secret, heard, trouble, looked_at, asked, "
    "answered FROM project_git ";

/// `rest` is a constant: the statement is prepared once.
Result<std::vector<ProjectGit>> read(Transaction& transaction, const std::string& rest,
                                     Binds binds) {
  std::vector<ProjectGit> found;
  TRY((transaction.query<std::string, std::string, std::string, std::string, std::int64_t,
                         std::string, std::string, std::string, std::string, std::optional<Time>,
                         std::int64_t, std::int64_t>(
      columns + rest, binds,
      [&](std::string project, std::string url, std::string branch, std::string path,
          std::int64_t every, std::string webhook, std::string secret, std::string heard,
          std::string trouble, std::optional<Time> looked_at, std::int64_t asked,
          std::int64_t answered) {
        found.push_back({.project = std::move(project),
                         .url = std::move(url),
                         .branch = std::move(branch),
                         .path = std::move(path),
                         .every = Duration(every),
                         .webhook = std::move(webhook),
                         .secret = std::move(secret),
                         .heard = std::move(heard),
                         .trouble = std::move(trouble),
                         .looked_at = looked_at,
                         .asked = asked,
                         .answered = answered});
      })));
  return found;
}

}  // namespace

Result<std::vector<ProjectGit>> ProjectGitStore::list(Transaction& transaction) {
  return read(transaction, "ORDER BY project", {});
}

Result<std::optional<ProjectGit>> ProjectGitStore::find(Transaction& transaction,
                                                        const std::string& project) {
  auto found = TRY(read(transaction, "WHERE project = :project", {project}));
  if (found.empty()) return std::optional<ProjectGit>();
  return std::optional(std::move(found.front()));
}

Result<void> ProjectGitStore::follow(Transaction& transaction, const ProjectGit& wanted) {
  TRY(transaction.execute(
      "INSERT INTO project_git (project, url, branch, path, every, webhook, secret, heard, "
      "trouble, asked, answered) VALUES (:project, :url, :branch, :path, :every, :webhook, "
      ":secret, '', '', 0, 0) ON CONFLICT (project) DO UPDATE SET url = excluded.url, branch = "
      "excluded.branch, path = excluded.path, every = excluded.every, webhook = excluded.webhook, "
      "secret = excluded.secret, heard = '', trouble = '', looked_at = NULL",
      {wanted.project, wanted.url, wanted.branch, wanted.path, wanted.every.count(), wanted.webhook,
       wanted.secret}));
  return {};
}

Result<bool> ProjectGitStore::unfollow(Transaction& transaction, const std::string& project) {
  return TRY(transaction.execute("DELETE FROM project_git WHERE project = :project", {project})) >
         0;
}

Result<bool> ProjectGitStore::ask(Transaction& transaction, const std::string& project) {
  return TRY(transaction.execute(
             "UPDATE project_git SET asked = asked + 1 WHERE project = :project", {project})) > 0;
}

Result<void> ProjectGitStore::looked(Transaction& transaction, const ProjectGit& before,
                                     const std::string& heard, const std::string& trouble,
                                     Time at) {
  TRY(transaction.execute(
      "UPDATE project_git SET heard = :heard, trouble = :trouble, looked_at = :looked_at, answered "
      "= :answered WHERE project = :project AND url = :url AND branch = :branch AND path = :path",
      {heard, trouble, at, before.asked, before.project, before.url, before.branch, before.path}));
  return {};
}

}  // namespace gt
