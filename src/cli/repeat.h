/// The short way for a run that has nothing to do: neither is its pipeline read, nor a task looked
/// up, nor an engine made. It is taken where a run of the same request succeeded with results that
/// are all kept, every fact that its steps asked for is the same, and every artifact is there.
///
/// It leaves the record, and tells the person, what the long way would. So that this can be true,
/// runs of few tasks, of which each has a line of progress, take the long way.
#pragma once

#include <optional>

#include "cli/run_request.h"
#include "cli/wiring.h"

namespace gt {

/// Names what is asked for: texts, parameters as given, options, and the program's version.
Digest request_digest(const RequestTexts& texts, const RunRequest& request);

struct Repeated {
  RunRecord run;
  std::uint32_t tasks = 0;
};

/// nullopt: the long way has to be taken, and tells what is wrong, if something is.
Result<std::optional<Repeated>> try_repeat(Session& session, Records& records,
                                           const Digest& request);

/// The same for a run that is recorded and has not begun; how many tasks it has. nullopt: it has to
/// be begun.
Result<std::optional<std::uint32_t>> try_repeat_recorded(Session& session, Records& records,
                                                         HostFacts& facts, const Digest& request,
                                                         RunRecord& run);

/// Lets later runs be the same as this one, if it may be.
Result<void> keep_for_repeats(Records& records, Workshop& workshop, const Digest& request,
                              RunId run);

}  // namespace gt
