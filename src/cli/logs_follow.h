/// Prints logs as they are written.
#pragma once

#include <optional>

#include "cli/log_choice.h"
#include "cli/log_lines.h"
#include "cli/session.h"

namespace gt {

/// Until the attempt has ended, if one task is meant, else until all that are meant have, the whole
/// run if none is named: logs of attempts that begin meanwhile are taken up. Ends too when the
/// run's engine is gone and nothing runs any more. `range.lines_max` counts for what is there.
/// Errc::not_found if all ended without any log.
Result<void> follow_logs(Session& session, Records& records, LogWishes wishes,
                         const LogRange& range, bool has_times);

}  // namespace gt
