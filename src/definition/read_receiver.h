/// Reads one receiver of notifications.
#pragma once

#include "base/problem.h"
#include "definition/notify.h"
#include "definition/yaml/tree.h"

namespace gt {

/// An entry of `receivers:`, whatever is wrong with it.
Receiver read_receiver(YamlEntry entry, Problems& problems);

}  // namespace gt
