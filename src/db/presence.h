/// Engines of one machine that live: each holds a lock on its `<id>.lock`.
#pragma once

#include <memory>
#include <string>

#include "db/database.h"

namespace gt {

/// Removes on the way what dead engines left in `folder`.
Result<std::unique_ptr<Presence>> hold_presence(const std::string& folder,
                                                const std::string& engine);
Result<bool> probe_presence(const std::string& folder, const std::string& engine);

}  // namespace gt
