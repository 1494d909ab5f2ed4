/// What git knows of a project, by asking the program.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "process/command.h"

namespace gt {

/// `git` with our arguments in a folder: not confused by a hook's variables, taking no locks,
/// running no program that the repository's configuration names for watching files.
Command git_command(const std::string& folder, std::vector<std::string> arguments);

/// Whether a `.git` lies in the folder or above it: then it is worth asking.
bool may_be_git_work_tree(const std::string& folder);

struct GitFacts {
  std::string commit;  ///< of HEAD; empty before the first commit
  std::string branch;  ///< empty when HEAD is detached
  bool dirty =
      false;  ///< some file below the folder differs from the commit, or is new and not ignored
};

/// nullopt when the folder is in no work tree, or git is not there or refuses. Errors: cancelled.
Result<std::optional<GitFacts>> read_git_facts(const std::string& folder,
                                               std::stop_token stop = {});

}  // namespace gt
