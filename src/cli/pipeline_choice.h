/// A pipeline that a command names, by its name or by its file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/pipeline_source.h"

namespace gt {

/// Where a project with several pipelines has them.
inline constexpr const char* pipelines_folder = "pipelines";

/// By its end.
inline bool is_pipeline_file_name(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

/// The project's pipeline.yaml and all of `pipelines/*.yaml`, absolute, those that are there.
std::vector<std::string> project_pipeline_files(const std::string& root);

/// `named`: a file relative to the working directory, or the name of a pipeline in one of
/// project_pipeline_files(), or of a pushed project as sales.train; the project's pipeline.yaml
/// without it. Errc::not_found says which there are.
Result<PipelineText> find_named_pipeline(const Session& session, const Project& project,
                                         const std::optional<std::string>& named);

/// The same, but what is a file is that file, whatever its name.
Result<PipelineText> find_asked_pipeline(const Session& session, const Project& project,
                                         const std::optional<std::string>& asked);

}  // namespace gt
