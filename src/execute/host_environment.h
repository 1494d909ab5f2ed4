/// The environment variables of a step on the host.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "run/attempt.h"

namespace gt {

using Variables = std::vector<std::pair<std::string, std::string>>;

/// NAME=value, each name once: what is always passed of the caller's environment (PATH, HOME, proxy
/// settings, certificates, GEARTRAIN_* but its secrets, …), then those of the Python environment,
/// then what the launch declares, a private TMPDIR, and the attempt's name; later ones win, but
/// nothing wins over the last two.
std::vector<std::string> step_environment(std::span<const std::string> caller,
                                          const Variables& python, const Launch& launch,
                                          const std::string& temporary_folder);

/// This process's own environment.
std::vector<std::string> own_environment();

}  // namespace gt
