/// What a plain (unquoted) YAML scalar means: the core schema of YAML 1.2.2, section 10.3.2.
/// `yes`, `no`, `on`, `off`, `1:30`, `0777` with meaning eight and dates are not in it.
#pragma once

#include <string_view>

#include "base/json.h"
#include "definition/yaml/tree.h"

namespace gt {

/// null, boolean, integer, real or text.
YamlKind plain_scalar_kind(std::string_view text);

/// The number that an integer or real scalar writes. Errc::invalid when it is outside int64 or
/// double, or is infinite or not a number (JSON has neither).
Result<Json> scalar_number(YamlKind kind, std::string_view text);

/// Whether a boolean scalar is a true one.
inline bool scalar_is_true(std::string_view text) { return text[0] == 't' || text[0] == 'T'; }

}  // namespace gt
