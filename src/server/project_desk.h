/// What the server asks of the part of the program that keeps pushed projects.
#pragma once

#include <string>
#include <vector>

#include "run/project_store.h"
#include "source/incoming_files.h"
#include "source/version_folder.h"

namespace gt {

/// A version that somebody wants to be made of files that have come.
struct AskedVersion {
  std::string project;
  Digest tree = {};  ///< of tree_text(), which has come as a file of its own
  JsonObject git = {};
  std::string message = {};
  std::string who = {};
};

struct VersionAnswer {
  /// What has to come first; then there is no version.
  std::vector<MissingFile> missing = {};
  ProjectVersion version = {};
  bool is_new = false;                      ///< else it is the active one already
  std::vector<std::string> pipelines = {};  ///< its pipelines, by their whole names
};

/// Threads: any.
class ProjectDesk {
 public:
  virtual ~ProjectDesk() = default;

  /// As IncomingFiles::put().
  virtual Result<std::int64_t> put(const FilePiece& piece) = 0;
  /// The version is active when this returns. Errors: invalid (a name, a list of files, or the
  /// problems of its pipelines, with their places), exhausted (the disk is full).
  virtual Result<VersionAnswer> add_version(const AskedVersion& asked) = 0;
  /// Errors: not_found (of project, version, or the version's files).
  virtual Result<ProjectVersion> activate(const std::string& project, std::int64_t number,
                                          const std::string& who) = 0;
  /// Looks at the repository that it follows, soon. Errc::not_found: it follows none.
  virtual Result<void> look_at_git(const std::string& project) = 0;
  /// Errc::not_found.
  virtual Result<void> remove(const std::string& project) = 0;
};

}  // namespace gt
