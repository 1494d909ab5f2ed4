/// Projects that were sent to a home, and their versions.
///
/// A version is made once and never changes; which one counts for new runs is the *active* one.
/// The pipelines of a pushed project are called `<project>.<pipeline>`.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "db/transaction.h"

namespace gt {

using ProjectVersionId = std::int64_t;

struct ProjectVersion {
  ProjectVersionId id = 0;
  std::string project;
  std::int64_t number = 0;  ///< per project, from 1
  Digest tree = {};         ///< names the folder of its files, see BlobStore
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  JsonObject git;  ///< commit, branch, dirty; empty without git
  std::string message;
  std::string created_by;
  Time created_at{};

  std::string name() const { return project + "@" + std::to_string(number); }
};

struct PushedProject {
  std::string name;
  ProjectVersion active;
  Time activated_at{};
  std::string activated_by;
};

/// What somebody wants to be a version. The store gives it an id and a number.
struct NewProjectVersion {
  std::string project;
  Digest tree = {};
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  JsonObject git = {};
  std::string message = {};
  std::string created_by = {};
};

class ProjectStore {
 public:
  /// The new version is active from then on. Files that are those of the active version make no
  /// other one: that is given.
  Result<ProjectVersion> add(Transaction& transaction, const NewProjectVersion& wanted, Time now);
  /// By name.
  Result<std::vector<PushedProject>> list(Transaction& transaction);
  /// Errc::not_found says how to list them.
  Result<PushedProject> find(Transaction& transaction, const std::string& project);
  /// Newest first.
  Result<std::vector<ProjectVersion>> versions(Transaction& transaction,
                                               const std::string& project);
  Result<ProjectVersion> version(Transaction& transaction, ProjectVersionId id);
  /// By ProjectVersion::name().
  Result<ProjectVersion> version(Transaction& transaction, std::string_view name);
  /// Errc::not_found says how to list them.
  Result<ProjectVersion> version(Transaction& transaction, const std::string& project,
                                 std::int64_t number);
  /// The one that was active before the present one; Errc::not_found where there was none.
  Result<ProjectVersion> before_active(Transaction& transaction, const std::string& project);
  /// Makes it the active one. False: it is that already.
  Result<bool> activate(Transaction& transaction, const ProjectVersion& version,
                        const std::string& who, Time now);
  /// Its pipelines begin no runs any more; its versions and runs stay.
  Result<void> remove(Transaction& transaction, const std::string& project);
};

}  // namespace gt
