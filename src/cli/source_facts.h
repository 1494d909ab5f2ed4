/// What is recorded of a project's source with each run.
#pragma once

#include <future>
#include <string>

#include "base/json.h"

namespace gt {

/// {commit, branch, dirty}; empty without git.
JsonObject git_facts(const std::string& root);

/// The same while something else is done. Waits for git when it is destroyed.
std::future<JsonObject> begin_git_facts(const std::string& root);

}  // namespace gt
