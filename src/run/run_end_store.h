/// The ends of runs in the order in which they came, for those who wait for them. Keeps nothing in
/// memory. Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/transaction.h"
#include "run/attempt.h"
#include "run/task.h"

namespace gt {

/// One end of a run: a run that was opened again ends again.
struct RecordedRunEnd {
  std::int64_t sequence = 0;  ///< grows, also while the clock is set back
  RunId run = 0;              ///< which garbage collection may have removed
  RunState state = RunState::succeeded;
};

/// How far a trigger has heard the ends that it waits for.
struct RunEndProgress {
  std::string rule;  ///< what it waited for then
  std::int64_t heard = 0;
};

class RunEndStore {
 public:
  /// As many ends are kept; who was away for more has missed some.
  static constexpr std::int64_t kept_max = 100'000;

  /// In the transaction in which the run ends.
  Result<void> add(Transaction& transaction, RunId run, RunState state);
  /// Those behind `sequence`, oldest first, of runs of this pipeline that are still there.
  Result<std::vector<RecordedRunEnd>> list(Transaction& transaction, const std::string& pipeline,
                                           std::int64_t sequence);
  /// The same of all pipelines, at most so many.
  Result<std::vector<RecordedRunEnd>> list_all(Transaction& transaction, std::int64_t sequence,
                                               std::size_t limit);
  /// The sequence of the newest; 0 if there is none.
  Result<std::int64_t> last(Transaction& transaction);

  /// nullopt: nobody has watched it yet.
  Result<std::optional<RunEndProgress>> progress(Transaction& transaction,
                                                 const std::string& pipeline,
                                                 const std::string& trigger);
  Result<void> set_progress(Transaction& transaction, const std::string& pipeline,
                            const std::string& trigger, const RunEndProgress& progress);
};

}  // namespace gt
