/// All projects that a program serves: its folder, and those that were pushed to its home.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/records.h"
#include "cli/served_project.h"

namespace gt {

/// Threads: one.
class ServedProjects {
 public:
  /// What is given outlives it.
  ServedProjects(Session& session, Records& records, ServedProject& folder, Say say)
      : session_(session), records_(records), folder_(folder), say_(std::move(say)) {}

  /// Looks at the folder's files, and at which versions are active. What is wrong with files is
  /// said, and no error.
  Result<void> look();
  /// As ServedProject::look_at(); pushed ones never change.
  void look_at(const std::string& pipeline);
  /// By name.
  const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines() const {
    return pipelines_;
  }

  int fd() const { return folder_.fd(); }
  bool has_news() { return folder_.has_news(); }

 private:
  struct Pushed {
    ProjectVersionId version;
    std::unique_ptr<ServedProject> project;
  };

  Result<void> look_at_versions();
  void gather();

  Session& session_;
  Records& records_;
  ServedProject& folder_;
  Say say_;
  std::map<std::string, Pushed> pushed_;
  std::map<std::string, std::shared_ptr<const ServedPipeline>> pipelines_;
};

}  // namespace gt
