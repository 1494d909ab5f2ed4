/// `geartrain verify` without a run: all that the home keeps.
#pragma once

#include "cli/output_form.h"
#include "cli/records.h"

namespace gt {

/// ExitCode::failed if something is damaged. `is_rehearsal`: damaged artifacts stay where they are.
Result<ExitCode> verify_home(Session& session, Records& records, bool is_rehearsal,
                             const OutputForm& output);

}  // namespace gt
