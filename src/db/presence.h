/// Engines of one machine that live: each holds a lock on its `<id>.lock`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "db/database.h"

namespace gt {

/// Removes on the way what dead engines left in `folder`.
Result<std::unique_ptr<Presence>> hold_presence(const std::string& folder,
                                                const std::string& engine);
Result<bool> probe_presence(const std::string& folder, const std::string& engine);
/// The process of an engine that is there but does nothing, since somebody has stopped it (SIGSTOP,
/// Ctrl-Z); nullopt for every other, and where that cannot be known.
std::optional<std::int64_t> stopped_process(const std::string& folder, const std::string& engine);

}  // namespace gt
