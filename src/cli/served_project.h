/// The pipelines of a folder that a program serves as long as it lives: read, and read again when
/// their files have changed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "calendar/written_schedule.h"
#include "cli/pipeline_source.h"
#include "cli/watched_run.h"
#include "run/project_store.h"
#include "source/file_stamp.h"

namespace gt {

/// Immutable.
struct ServedPipeline {
  PipelineSource source;
  /// Of its triggers, in their order; nullopt of events, and where the machine has no rules for the
  /// zone.
  std::vector<std::optional<PlacedSchedule>> schedules;
};

/// Threads: one.
class ServedProject {
 public:
  /// `files` relative to the working directory; without any the project's pipeline.yaml and all of
  /// `pipelines/*.yaml`, as they come and go. What is wrong with them is said, and no error.
  ServedProject(Session& session, const Project& project, std::vector<std::string> files, Say say);
  /// A version that was pushed, whose files are in `project.root`, and never change. Its pipelines
  /// have the project's name in front.
  ServedProject(Session& session, const Project& project, ProjectVersion version, Say say);

  /// Looks whether files are new, changed or gone. A pipeline whose file has errors stays as it was
  /// without them, as long as this object lives.
  void look();
  /// The same of the files of one pipeline, just before it is used.
  void look_at(const std::string& pipeline);
  /// By name.
  const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines() const {
    return pipelines_;
  }

  /// Readable when files may have changed; -1 where the system cannot tell.
  int fd() const { return watch_.get(); }
  /// Takes in what fd() has to tell; true if it is about files of pipelines.
  bool has_news();

 private:
  struct File {
    std::string shown;
    /// Those that it was last read from, to see whether they are others now.
    std::vector<std::pair<std::string, FileStamp>> parts;
    Time read_at{};
    std::string pipeline;  ///< empty before it was first read without errors
    std::string trouble;   ///< what was said last to be wrong
  };

  std::vector<std::string> paths() const;
  bool is_as_it_was(const File& file) const;
  void read(const std::string& path, File& file);
  void take(const std::string& path, File& file, PipelineSource source);
  void tell_trouble(File& file, std::string trouble);
  void watch_folders();

  Session& session_;
  Project project_;
  std::vector<std::string> given_;
  std::optional<ProjectVersion> version_;
  Say say_;
  std::map<std::string, File> files_;  ///< by absolute path
  std::map<std::string, std::shared_ptr<const ServedPipeline>> pipelines_;
  UniqueFd watch_;
};

}  // namespace gt
