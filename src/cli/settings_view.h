/// What `check --settings` shows: the settings that hold for each step, and where they were
/// written.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "cli/table.h"
#include "definition/pipeline.h"

namespace gt {

/// Adds a row for each setting: step, setting, value, "line:column" and whether it is a default.
void add_settings(const Pipeline& pipeline, Table& table);
/// [{step, setting, value, line, column, default}].
JsonList settings_shape(const Pipeline& pipeline);

}  // namespace gt
