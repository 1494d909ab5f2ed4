/// `geartrain verify RUN`: executes tasks of a run once more and compares the bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/output_form.h"
#include "cli/wiring.h"

namespace gt {

struct VerifyRunRequest {
  std::string run;
  std::vector<std::string> steps;     ///< as show lists them; with all that is in them; empty: all
  std::optional<std::int64_t> count;  ///< so many, chosen by chance
  bool is_quick = false;              ///< no reasons are looked for
};

/// ExitCode::failed if a result is not the same. Errc::conflict if nothing could be compared.
Result<ExitCode> verify_run(Session& session, Records& records, const VerifyRunRequest& request,
                            const OutputForm& output);

}  // namespace gt
