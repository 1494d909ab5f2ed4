/// What a command needs to tell receivers of runs.
#pragma once

#include "cli/progress.h"
#include "cli/records.h"
#include "notify/sender.h"

namespace gt {

inline constexpr std::size_t receivers_file_bytes_max = 1U << 20U;

/// With the secrets of this person, read when they are wanted. `public_url`: how people reach the
/// server, where the settings do not say it. What is given outlives it. Threads: any may use it.
SendParts send_parts(Session& session, Records& records, const std::string& public_url = {});

/// At the end of a command that drives runs: what waits is tried once, for a short while. What is
/// left then is for the next one, or for `geartrain up`, which sends instead where it is at work.
/// Told where something is left; a failure costs nobody more than a message.
void tell_receivers(Session& session, Records& records);

}  // namespace gt
