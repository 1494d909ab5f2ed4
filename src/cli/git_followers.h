/// Follows git repositories: each commit becomes a version of a project.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "cli/pushed_projects.h"
#include "cli/watched_run.h"
#include "run/project_git_store.h"

namespace gt {

/// Each repository has a thread of its own, so that one which does not answer makes no other wait.
/// Owner: the command. Threads: the main one; `say` is called by others.
class GitFollowers {
 public:
  /// What is given outlives it.
  GitFollowers(Session& session, Records& records, PushedProjects& projects, Say say);
  ~GitFollowers();

  /// Looks which repositories are followed, and at those at once that somebody asks for.
  Result<void> look();
  void stop();

 private:
  class One;

  Session& session_;
  Records& records_;
  PushedProjects& projects_;
  Say say_;
  std::map<std::string, std::unique_ptr<One>> followed_;
};

/// One look at a repository; what came of it is recorded. True: something new counts. Errors are
/// those of the database; what is wrong with the repository or its pipelines is recorded.
Result<bool> look_at_repository(Session& session, Records& records, PushedProjects& projects,
                                const ProjectGit& followed, const Say& say, std::stop_token stop);

}  // namespace gt
