/// Durability of what is open already; base/file.h has the rest.
#pragma once

#include "base/result.h"

namespace gt {

/// The file or folder survives the machine as it is now.
Result<void> sync_fd(int fd);

}  // namespace gt
