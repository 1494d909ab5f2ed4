/// Which attempt of a task somebody means.
#pragma once

#include <optional>
#include <string>

#include "db/home.h"
#include "run/run_store.h"
#include "view/run_view.h"

namespace gt {

struct ChosenAttempt {
  AttemptRecord record;
  /// Of the run that executed it, if that was another one (the task was found in the cache).
  std::string other_run;
  std::string folder;  ///< absolute
};

/// The given attempt, or the last one; of a cached task the attempt that its result came from.
/// nullopt: the task has none (yet). Errc::not_found for a number that does not exist;
/// Errc::invalid for a matrix or group, with the paths of its parts.
Result<std::optional<ChosenAttempt>> choose_attempt(RunStore& runs, const Home& home,
                                                    Transaction& transaction, const RunView& view,
                                                    const TaskRecord& task,
                                                    const std::optional<std::int64_t>& number);

/// Errc::invalid for a matrix or group that has parts.
Result<void> refuse_container(const RunView& view, const TaskRecord& task);

}  // namespace gt
