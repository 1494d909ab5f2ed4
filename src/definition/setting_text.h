/// The settings of a step as a person reads them: what holds in the end, after `defaults:`.
#pragma once

#include <string>

#include "definition/pipeline.h"

namespace gt {

/// "3, exponential from 10s", "20m", "cpu 1, memory 2Gi", …: of one of the settings that
/// StepSettings::origins name.
std::string setting_text(const StepSettings& settings, std::string_view setting);

}  // namespace gt
