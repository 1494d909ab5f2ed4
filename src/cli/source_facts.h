/// What is recorded of a project's source with each run.
#pragma once

#include <string>

#include "base/json.h"

namespace gt {

/// {commit, branch, dirty}; empty without git.
JsonObject git_facts(const std::string& root);

}  // namespace gt
