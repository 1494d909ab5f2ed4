/// What `check --settings` shows: the settings that hold for each step, and where they were
/// written.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "cli/table.h"
#include "definition/pipeline.h"
#include "definition/render_problems.h"

namespace gt {

/// Adds a row for each setting: step, setting, value, "line:column" and whether it is a default; in
/// front of the line, the name of a file other than the pipeline's own.
void add_settings(const Pipeline& pipeline, ProblemSources files, Table& table);
/// [{step, setting, value, line, column, default, file}].
JsonList settings_shape(const Pipeline& pipeline, ProblemSources files);

}  // namespace gt
