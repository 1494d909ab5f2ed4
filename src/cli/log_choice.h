/// Which attempts' logs somebody means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/records.h"
#include "view/attempt_choice.h"

namespace gt {

struct EveryAttempt {};
struct LastAttempt {};
using WantedAttempt = std::variant<LastAttempt, EveryAttempt, std::int64_t>;

struct LogWishes {
  std::string run;
  /// Paths of tasks; of matrices and groups, for all in them; of steps in those, without indices,
  /// for all instances. None: the whole run.
  std::vector<std::string> names;
  WantedAttempt attempt;
};

struct ChosenLog {
  std::string task;  ///< its path
  ChosenAttempt attempt;
};

struct LogChoice {
  std::vector<ChosenLog> logs;  ///< tasks as people read them, attempts in order
  std::size_t width = 0;        ///< of the longest path among the tasks
  std::int64_t cached = 0;      ///< tasks that were left out, since others executed them
  bool can_grow = false;        ///< some of the tasks may still have another attempt
};

/// The one task that is meant, if one task, and no more than one attempt of it, is.
Result<const TaskRecord*> only_task(const RunView& view, const LogWishes& wishes);

/// Tasks that were found in the cache count only where they are named: their logs are of another
/// time. Errc::not_found for a name that there is not.
Result<LogChoice> choose_logs(Records& records, Transaction& transaction, const RunView& view,
                              const LogWishes& wishes);

}  // namespace gt
