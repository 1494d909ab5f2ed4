/// Commands that change a run: by its driver, or here if nobody drives it.
#pragma once

#include <string>

#include "cli/exit_code.h"
#include "cli/output_form.h"
#include "cli/records.h"
#include "run/clear_request.h"

namespace gt {

struct ChangeTalk {
  std::string done;    ///< what the run does then, as in "flights/12 does it again"
  bool later = false;  ///< a run that nobody drives is only opened
};

/// Asks whoever drives the run, and returns once that has done it; opens a run that nobody drives,
/// and goes on with it to its end. Errors as ask_driver() and change_run().
Result<ExitCode> change_here(Session& session, Records& records, const RunRecord& run,
                             const ClearRequest& request, const ChangeTalk& talk,
                             const OutputForm& output);

}  // namespace gt
