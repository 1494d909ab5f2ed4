/// The files of a project that a pipeline names, by `include` for one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/project.h"
#include "definition/pipeline_texts.h"

namespace gt {

/// Reads regular files inside the project; a link may lead to another place in it, not out of it.
/// `own_path`: of the pipeline's own file, relative to the root, empty where it lies outside.
NamedFiles project_files(const std::string& root, std::string own_path);

/// How messages call a file of the project: as one would name it from the working directory.
std::string shown_path(const Session& session, const std::string& root, const std::string& path);

}  // namespace gt
