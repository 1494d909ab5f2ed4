/// The published JSON Schema (draft 2020-12) of pipeline files, for editors that complete and check
/// while one writes. It is made of the tables that the reader uses (definition/keys.h). What a
/// schema cannot say (names that refer to each other, types of expressions) only the reader checks.
#pragma once

#include "base/json.h"

namespace gt {

Json pipeline_file_schema();
/// Of `receivers.yaml`.
Json receivers_file_schema();

}  // namespace gt
