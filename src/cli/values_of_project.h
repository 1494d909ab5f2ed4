/// Where commands find connections and variables.
#pragma once

#include <string>

#include "cli/records.h"
#include "connection/project_values.h"
#include "definition/pipeline.h"

namespace gt {

/// Where the key is that seals what is secret: the setting, or the home's own file.
KeyFile key_file_of(const Session& session, const std::string& home);

/// Those of the folder's own project, or of one that was pushed. `database` may be nullptr, and
/// outlives it, as the session does.
ProjectValues values_of_project(const Session& session, const std::string& home, Database* database,
                                const ProjectName& pushed);

/// What a pipeline asks for and nobody has set, as warnings at its place; also that it could not be
/// looked for.
Problems missing_values(const Pipeline& pipeline, const ProjectValues& values);

/// The name of the pushed project that a run belongs to; empty: the folder's own.
ProjectName pushed_project_of(const RunRecord& run);

}  // namespace gt
