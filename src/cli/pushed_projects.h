/// Takes in what is pushed: files, and versions that are made of them.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "blob/folder_blobs.h"
#include "cli/records.h"
#include "run/project_git_store.h"
#include "server/project_desk.h"

namespace gt {

/// Owner: the command; outlives the server. Threads: any.
class PushedProjects final : public ProjectDesk {
 public:
  /// `changed`: another version counts now. Called by any thread.
  PushedProjects(Session& session, Records& records, std::function<void()> changed);

  Result<std::int64_t> put(const FilePiece& piece) override { return incoming_.put(piece); }
  Result<VersionAnswer> add_version(const AskedVersion& asked) override;
  /// Of a folder of ours, which is taken away. `asked.tree` does not count. Errors as those of
  /// add_version().
  Result<VersionAnswer> add_folder(const AskedVersion& asked, const std::string& parent,
                                   const std::string& name);
  Result<ProjectVersion> activate(const std::string& project, std::int64_t number,
                                  const std::string& who) override;
  Result<void> look_at_git(const std::string& project) override;
  Result<void> remove(const std::string& project) override;

 private:
  struct Wanted;

  Result<KnownFiles> known_files(const std::string& project);
  Result<Blob> keep(const AskedVersion& asked, const std::vector<TreeEntry>& tree,
                    const KnownFiles& known);
  Result<VersionAnswer> record(const AskedVersion& asked, const Blob& kept);
  void tell();

  Session& session_;
  Records& records_;
  std::function<void()> changed_;
  SystemEntropy entropy_;
  FolderBlobs blobs_;
  IncomingFiles incoming_;
  /// Two pushes at once take turns, also since what one relies on is let go when it is recorded.
  std::mutex mutex_;
};

/// Where the files of a version are, or would be.
std::string version_folder(const Home& home, const ProjectVersion& version);

/// The whole names of the pipelines of a folder that was pushed. Errc::invalid: there are none, two
/// have one name, or some have errors, which it tells with their places.
Result<std::vector<std::string>> pushed_pipelines(const Session& session, const Project& project,
                                                  const std::string& name);

}  // namespace gt
