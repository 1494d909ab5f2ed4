/// Opens below a folder, whatever others made of the path in between.
#pragma once

#include <string>
#include <sys/types.h>

#include "base/file.h"

namespace gt {

/// openat2(2): `path` must lie below the open folder `root`, and no part of it may be a symbolic
/// link (Errc::invalid). "" is `root` itself.
Result<UniqueFd> open_beneath(int root, const std::string& path, int flags, mode_t mode = 0);

}  // namespace gt
