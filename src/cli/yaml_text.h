/// JSON values as YAML for people, in block style; every reader of YAML 1.1 or 1.2 gets the same
/// value again.
#pragma once

#include <string>

#include "base/json.h"

namespace gt {

/// A whole document of whole lines.
std::string yaml_text(const Json& value);

}  // namespace gt
