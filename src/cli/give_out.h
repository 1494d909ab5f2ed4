/// Copies what a step gave out of the home, or prints it.
#pragma once

#include <string>

#include "cli/output_form.h"
#include "cli/records.h"
#include "cli/session.h"
#include "expression/value.h"

namespace gt {

struct GivenOutput {
  Value value;
  std::string what;  ///< for people: "train[0].auc of flights/12"
};

/// To the path, or to the output if that is "-". A file that is there is replaced, a folder never;
/// into a folder it goes under its own name. Errc::not_found for null, or an artifact that is not
/// whole any more; Errc::conflict where something else is; Errc::invalid for a folder to the
/// output.
Result<void> give_out(Session& session, Records& records, const GivenOutput& given,
                      const std::string& path, const OutputForm& output);

}  // namespace gt
