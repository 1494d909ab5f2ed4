/// The words of JSON Schema (draft 2020-12) that parameters may use: are they used rightly, and
/// does a value agree with them.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/problem.h"
#include "definition/yaml/tree.h"
#include "expression/type.h"

namespace gt {

/// Checks a parameter's mapping word by word, those below `items` and `properties` too. `what` is
/// how messages call it: "parameter `month`".
void check_schema(YamlNode schema, const std::string& what, Problems& problems);

/// What is wrong with the value, a sentence each, with the way to it in front if it is not the
/// whole: "13 is over the maximum 12", "[2]: \"x\" is a string, not an integer". The schema is one
/// that check_schema found good.
std::vector<std::string> violations(const Json& value, const JsonObject& schema);

/// The type of an expression that reads such a value.
Type type_of_schema(const JsonObject& schema);

}  // namespace gt
