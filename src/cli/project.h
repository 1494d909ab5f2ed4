/// Which project a command is about.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/session.h"

namespace gt {

inline constexpr const char* default_pipeline_file = "pipeline.yaml";
inline constexpr const char* home_folder = ".geartrain";

struct Project {
  std::string root;  ///< absolute, without symbolic links: steps start there
  std::string home;  ///< absolute; may not exist yet
};

/// From a folder upwards the nearest one with a pipeline.yaml, a geartrain.yaml or a .geartrain,
/// but not beyond one with .git, nor into one that belongs to others or that all may write; without
/// any, the folder itself.
std::string project_root(const std::string& folder);

/// That of the working directory. The setting `home` names another home.
Result<Project> find_project(const Session& session);

struct PipelineFile {
  std::string path;   ///< to open
  std::string shown;  ///< in messages
};

/// `given` relative to the working directory; without it pipeline.yaml of the project. not_found
/// says what to do.
Result<PipelineFile> find_pipeline_file(const Session& session, const Project& project,
                                        const std::optional<std::string>& given);

/// An absolute path, or one relative to the working directory, as an absolute one.
std::string absolute_path(const Session& session, const std::string& path);

}  // namespace gt
