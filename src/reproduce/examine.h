/// Whether a task gives the same bytes again, and if not, why: found by executing it under
/// controlled conditions, and only where that settles nothing by what the bytes look like.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "reproduce/clues.h"
#include "reproduce/result_difference.h"

namespace gt {

/// What an execution is given beyond what the step has.
struct Conditions {
  bool fixed_hash_seed = false;  ///< PYTHONHASHSEED
  bool one_thread = false;       ///< OMP_NUM_THREADS and the like
  bool fixed_date = false;       ///< SOURCE_DATE_EPOCH

  std::vector<std::pair<std::string, std::string>> variables() const;
};

struct Execution {
  KeptResult result;
  Span during;
  std::string folder;  ///< of the attempt; empty where it is not known
};

enum class Reason : std::uint8_t {
  time,
  order,
  threads,
  seed,
  folder,  ///< the name of the attempt's own folder is in the result
  world,   ///< something outside that no fact of the step names
};

enum class Sureness : std::uint8_t {
  certain,   ///< an experiment shows it
  likely,    ///< the bytes look like it
  possible,  ///< nothing else was left
};

struct Finding {
  Reason reason = Reason::world;
  Sureness sureness = Sureness::possible;
  std::string explanation;  ///< one sentence
};

struct Examination {
  bool is_same = false;
  int executions = 0;
  std::optional<ResultDifference> difference;  ///< to the recorded result
  std::optional<Finding> finding;              ///< if one was looked for
};

enum class Depth : std::uint8_t {
  compare,  ///< one execution
  explain,  ///< as many as it takes to find a reason
};

/// Errc::conflict: the execution failed, with the reason.
using Execute = std::function<Result<Execution>(const Conditions&)>;
/// Waits until clocks that count seconds show another one. Errc::cancelled: somebody wants an end.
using Pause = std::function<Result<void>()>;

/// Executions one after the other, so that each has the whole machine; between those that are
/// compared there is a pause, lest what contains the time be equal by luck. Errors: of the first
/// execution, and cancelled.
Result<Examination> examine(const Execution& recorded, const Execute& execute, const Pause& pause,
                            Depth depth);

const char* to_text(Reason reason);
const char* to_text(Sureness sureness);

}  // namespace gt
