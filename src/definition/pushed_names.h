/// How pipelines are called whose project was pushed to a server: `sales.train` is the pipeline
/// `train` of the project `sales`. Names of both have no dot.
#pragma once

#include <string>
#include <string_view>

#include "definition/pipeline.h"

namespace gt {

std::string pushed_name(std::string_view project, std::string_view pipeline);

/// The project in a pipeline's name; empty for one of a folder that is served.
std::string_view project_of_pipeline(std::string_view name);

/// The name of a pipeline or asset of the same project as this pipeline.
std::string name_beside(std::string_view pipeline, std::string_view name);

/// Gives it the name that it has in a project, and so for the pipelines and
/// assets that its triggers wait for; nothing changes for an empty one.
void put_into_project(std::string_view project, Pipeline& pipeline);

}  // namespace gt
