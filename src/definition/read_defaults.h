/// Reads `defaults:`, and the settings of a step that may stand there too.
#pragma once

#include <memory>

#include "base/problem.h"
#include "definition/pipeline.h"
#include "definition/yaml/tree.h"

namespace gt {

enum class SettingPlace : std::uint8_t { step, defaults };

/// Reads one entry whose key is in defaults_keys into `settings`, which hold what is said further
/// out: variables are added to those there, every other setting takes the place of the former.
void read_setting(YamlEntry entry, SettingPlace place, StepSettings& settings, Problems& problems);

/// `outer` with what the mapping says; never null.
std::shared_ptr<const StepSettings> read_defaults(YamlNode node, const StepSettings& outer,
                                                  Problems& problems);

}  // namespace gt
