/// What the program's exit code says; scripts branch on it, so the numbers never change.
#pragma once

#include "base/result.h"

namespace gt {

enum class ExitCode : int {
  ok = 0,
  failed = 1,              ///< the run failed, or the command could not do its work
  usage = 2,               ///< the command line or a parameter is wrong
  gate_failed = 3,         ///< a gate decided against
  changes = 4,             ///< `plan --exit-code`: something would be executed
  not_found = 5,           ///< what was named does not exist
  denied = 6,              ///< not permitted
  conflict = 7,            ///< the state does not permit it, or somebody else was first
  invalid_definition = 8,  ///< the pipeline file has problems
  timed_out = 124,         ///< the run's time was up
  interrupted = 130,       ///< the run was cancelled
};

/// The one table from what went wrong to how the program ends.
ExitCode exit_code_of(Errc code);

}  // namespace gt
