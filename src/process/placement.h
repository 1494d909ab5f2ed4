/// Makes what an attempt's folder holds before its command starts.
#pragma once

#include "base/result.h"
#include "process/spawn_request.h"

namespace gt {

/// Makes the folders, links and copies of a request below its folder, which exists. Never follows a
/// link there (an input that is a link to a blob must not become the way into the blob), never
/// leaves the folder: Errc::invalid for a path that is absolute or has `..`; Errc::conflict for two
/// things at one path.
Result<void> place_inputs(const SpawnRequest& request);

}  // namespace gt
