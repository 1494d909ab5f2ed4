/// A run as it is recorded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "expression/value.h"
#include "run/attempt.h"
#include "run/task.h"

namespace gt {

enum class CancelMode : std::uint8_t {
  none,
  terminate,  ///< running attempts are asked to end; then `finally` runs
  kill,       ///< at once, without `finally`
};

/// Which steps a run was asked to execute, beyond its parameters; recorded, so that a take-over
/// decides alike.
struct RunOptions {
  std::vector<std::string> only;     ///< step names; empty: all
  std::vector<std::string> from;     ///< these and their downstream are executed anew
  std::vector<std::string> refresh;  ///< these are executed anew
  bool no_cache = false;             ///< nothing is taken from the cache (results are still kept)
  std::string inputs_from = {};      ///< name of the run whose results stand before `only`
  std::optional<std::int64_t> priority = {};  ///< else the pipeline's
};

/// The stretch of time that a run is about: [start, end).
struct DataInterval {
  Time start, end;
  bool operator==(const DataInterval&) const = default;
};

using BackfillId = std::int64_t;

/// The row of a run.
struct RunRecord {
  RunId id = 0;
  std::string uuid;  ///< 32 hex digits
  std::string pipeline;
  std::int64_t number = 0;  ///< per pipeline; the short name is "<pipeline>/<number>"
  RunState state = RunState::queued;
  std::string plan_version;  ///< digest of the pipeline's text, as kept by the store
  JsonObject params;
  RunOptions options;
  Time logical_date{};
  Time created_at{};
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  std::string source_digest;
  JsonObject git;                      ///< commit, branch, dirty; empty without git
  std::optional<AttemptFailed> error;  ///< why it failed, when not by a task (run_timeout)
  std::string owner_engine;            ///< empty: nobody's
  std::int64_t fence = 0;  ///< grows with each new owner; a commit with a stale one is refused
  CancelMode cancel = CancelMode::none;
  /// Nothing had changed since that run: its tasks are this one's, each served from the cache.
  std::optional<RunId> same_as = {};
  /// An id that the runs of one command have in common; empty for one that was alone.
  std::string batch = {};
  /// The name of the trigger that began it; empty where a person did.
  std::string trigger = {};
  /// nullopt: a stretch without length, at its logical date.
  std::optional<DataInterval> interval = {};
  /// It was begun through a server: when that has gone, the next one goes on with it.
  bool is_served = false;
  /// The backfill that began it, for its trigger.
  std::optional<BackfillId> backfill = {};
  /// The pushed version whose files it uses, as "sales@3"; empty: the folder that is served.
  std::string project_version = {};
  /// The versions of assets that it uses, by the names in its pipeline: the newest ones when it was
  /// recorded.
  ValueObject assets = {};

  std::string name() const { return pipeline + "/" + std::to_string(number); }
};

/// The row of a task, without its results.
struct TaskRecord {
  TaskIndex index = no_task;
  TaskIndex parent = no_task;  ///< the container; no_task for the pipeline's own steps
  std::uint32_t step = 0;      ///< in the Plan
  std::int32_t item = -1;      ///< position in the matrix; -1 when not an item
  TaskKind kind = TaskKind::step;
  TaskState state = TaskState::waiting;
  std::uint32_t attempts = 0;                   ///< made so far
  std::uint32_t attempts_before_reopening = 0;  ///< do not count against the retry limit
  std::optional<Cause> cause;                   ///< of the last failure
  /// Of the last failure; of deferred: what the last look found of what it waits for.
  std::string message;
  std::optional<int> exit_code;              ///< of the last failure
  std::optional<Time> next_at;               ///< of retry_wait; of deferred: when it ends by itself
  std::optional<std::int64_t> memory_bytes;  ///< where it is not what the step declares
  bool anew = false;  ///< cleared by name: executed whatever the cache knows, until it succeeds
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
};

/// One change of a task's row, in the transaction of a turn. Absent fields stay as they are.
struct TaskChange {
  TaskIndex index = no_task;
  TaskState state = TaskState::waiting;
  std::uint32_t attempts = 0;
  std::uint32_t attempts_before_reopening = 0;
  bool anew = false;
  std::optional<Cause> cause;
  std::string message;  ///< goes with cause
  /// Of deferred: what a look found of what it waits for; takes the place of an earlier message.
  std::optional<std::string> last_look = {};
  std::optional<int> exit_code;  ///< goes with cause
  std::optional<Time> next_at;
  std::optional<std::int64_t> memory_bytes = {};
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
};

}  // namespace gt
