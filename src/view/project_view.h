/// Pushed projects and their versions as programs see them.
#pragma once

#include "base/json.h"
#include "run/project_git_store.h"
#include "run/project_store.h"

namespace gt {

/// {name, project, number, files, bytes, tree, git, message, created_by, created_at}
JsonObject version_json(const ProjectVersion& version);

/// {name, active: as version_json(), activated_by, activated_at}
JsonObject project_json(const PushedProject& project);

/// {project, url, branch, path, every_seconds, webhook, secret, commit, trouble, looked_at}
JsonObject project_git_json(const ProjectGit& followed);

}  // namespace gt
