/// Git repositories whose commits become versions of projects.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/transaction.h"

namespace gt {

struct ProjectGit {
  std::string project;
  std::string url;
  std::string branch;  ///< empty: the repository's own
  std::string path;    ///< of the project's folder in it; empty: its root
  Duration every = std::chrono::minutes(1);
  std::string webhook = {};  ///< how a call shows that it knows the secret; empty: none is taken
  std::string secret = {};   ///< its name, not its text
  /// The commit that was looked at last, whatever came of it.
  std::string heard = {};
  /// Why there is no newer version; empty: nothing is wrong.
  std::string trouble = {};
  std::optional<Time> looked_at = {};
  std::int64_t asked = 0, answered = 0;

  bool is_asked() const { return asked > answered; }
};

class ProjectGitStore {
 public:
  /// By project.
  Result<std::vector<ProjectGit>> list(Transaction& transaction);
  Result<std::optional<ProjectGit>> find(Transaction& transaction, const std::string& project);
  /// Instead of what was followed before; another repository, branch or path is looked at anew.
  Result<void> follow(Transaction& transaction, const ProjectGit& wanted);
  /// False: none was followed.
  Result<bool> unfollow(Transaction& transaction, const std::string& project);
  /// Asks for a look soon. False: none is followed.
  Result<bool> ask(Transaction& transaction, const std::string& project);
  /// What a look at `before` has found; left out if another repository is followed since.
  Result<void> looked(Transaction& transaction, const ProjectGit& before, const std::string& heard,
                      const std::string& trouble, Time at);
};

}  // namespace gt
