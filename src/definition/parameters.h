/// What a run is given, checked against what its pipeline declares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/problem.h"
#include "base/result.h"
#include "definition/pipeline.h"

namespace gt {

struct BoundParameters {
  /// Every parameter of the pipeline, in the order of its declaration. Not to be used if a problem
  /// is an error.
  JsonObject values;
  /// All of them at once; their positions are those of the declarations in the pipeline's file, or
  /// 0:0 for a name that is not declared. "parameter month: 13 is over the maximum 12".
  Problems problems;
};

BoundParameters bind_parameters(const Pipeline& pipeline, const JsonObject& given);

/// The values alone; Errc::invalid with the first problem that is an error.
Result<JsonObject> bound_values(const Pipeline& pipeline, const JsonObject& given);

/// The same of the fields of an approval.
Result<JsonObject> bound_fields(const std::vector<Parameter>& fields, const JsonObject& given);

/// `-p name=value`. The text is read by the parameter's type: a string is taken as it stands,
/// others are JSON. One without a type is JSON if it can be read as such, else a string.
/// Errc::invalid; ranges are checked by bind_parameters.
Result<JsonObject::Member> parse_parameter(const Pipeline& pipeline, std::string_view assignment);
Result<JsonObject::Member> parse_field(const std::vector<Parameter>& fields,
                                       std::string_view assignment);

struct ParameterFile {
  JsonObject values;
  Problems problems;
};

/// The text of a `--param-file`: one mapping, in YAML or JSON.
ParameterFile read_parameter_file(std::string_view text);

}  // namespace gt
