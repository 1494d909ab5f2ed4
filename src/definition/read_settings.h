/// Reads the settings that few steps have. What is wrong is appended, and left at its default.
#pragma once

#include "base/problem.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

std::optional<EnvironmentDefinition> read_environment(YamlNode node, Problems& problems);
VariableSettings read_variables(YamlNode node, Problems& problems);
Retry read_retry(YamlNode node, Problems& problems);
/// `retry:` of a step that holds a group.
Retry read_group_retry(YamlNode node, Problems& problems);
Resources read_resources(YamlNode node, Problems& problems);
std::int64_t read_priority(YamlNode node, Problems& problems);
/// A name (one slot), {name: slots}, or a list of these.
std::vector<PoolSlots> read_pools(YamlNode node, Problems& problems);
/// A name, or a list of names.
std::vector<WantedConnection> read_connections(YamlNode node, Problems& problems);
CacheSetting read_cache(YamlNode node, Problems& problems);
/// `code:` glob patterns.
std::vector<std::string> read_code(YamlNode node, Problems& problems);
/// A path relative to the project's root.
std::optional<std::string> read_path(YamlNode node, std::string_view what, Problems& problems);

}  // namespace gt
