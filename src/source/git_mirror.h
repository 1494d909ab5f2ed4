/// A copy of a remote repository, of which commits are laid out as folders.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace gt {

/// A commit as people see it.
struct GitCommit {
  std::string id;  ///< 40 or 64 hex digits
  std::string author;
  std::string subject;
};

/// Asks `git`, which has nobody to ask for a password: what it needs to know stands in its own
/// configuration, its helpers, or keys of ssh. Threads: one at a time. Errors: invalid (an address
/// that is none), not_found (no such branch; no git), unavailable (with the last line of what git
/// said), cancelled.
class GitMirror {
 public:
  /// Whether git may be given it: https, http, ssh, git, file, and host:path; a path of this
  /// machine.
  static bool is_address(const std::string& url);

  /// `folder` is made when it is needed, and belongs to the mirror.
  GitMirror(std::string folder, std::string url)
      : folder_(std::move(folder)), url_(std::move(url)) {}

  /// Fetches the branch (empty: the repository's own), and gives its newest commit.
  Result<std::string> fetch(const std::string& branch, std::stop_token stop = {});
  /// Of the branch's own line, those after `last`, oldest first and at most `most` of the newest;
  /// only the newest where `last` is empty or not there any more.
  Result<std::vector<GitCommit>> commits_since(const std::string& last, const std::string& newest,
                                               std::size_t most, std::stop_token stop = {});
  /// Lays out what the commit has below `path` (empty: all) in `to`, which must not exist: its
  /// files are in `to/path` then.
  Result<void> check_out(const std::string& commit, const std::string& path, const std::string& to,
                         std::stop_token stop = {});

 private:
  Result<std::string> git(std::vector<std::string> arguments, std::stop_token stop,
                          const std::string& work_tree = {});

  std::string folder_;
  std::string url_;
};

}  // namespace gt
