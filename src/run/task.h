/// The life cycles of tasks and runs: states, what may follow what, and who they are.
///
/// State names are spelled the same in C++, SQL, JSON and UI. Every move goes through advance();
/// pairs that it does not list are refused.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gt {

enum class TaskState : std::uint8_t {
  waiting,  ///< for upstream tasks
  ready,    ///< may start: waits for a slot, its environment, or an equal task
  queued,   ///< an attempt is recorded and given to the executor
  running,
  deferred,    ///< waits for a time or a person, without a process
  retry_wait,  ///< failed, another attempt is due at next_at
  succeeded,
  cached,  ///< succeeded by an earlier attempt's result
  failed,
  upstream_failed,
  skipped,
  cancelled,
  removed,  ///< of an item of a matrix that, decided again, has no such combination any more
};
/// For tables with a place for each.
inline constexpr std::size_t task_state_count = static_cast<std::size_t>(TaskState::removed) + 1;

enum class RunState : std::uint8_t { queued, running, paused, succeeded, failed, cancelled };

/// A matrix task holds one item task per combination, a group task one task per inner step.
enum class TaskKind : std::uint8_t { step, matrix, group };

enum class TaskEvent : std::uint8_t {
  upstreams_done,  ///< the trigger rule holds and `if` is true
  expanded,        ///< a container's children exist
  found_in_cache,
  launched,  ///< an attempt was recorded
  started,
  deferred,  ///< it waits without a process
  succeeded,
  failed,  ///< no attempt is left
  failed_will_retry,
  upstream_failed,  ///< the trigger rule can no longer hold because of a failure
  skipped,
  cancelled,
  reopened,          ///< by retry or clear; who and why stand in the run's events
  removed,           ///< its matrix was decided again
  marked_succeeded,  ///< a person says so; who and why stand in the run's events
  marked_failed,
};

/// The state after `event`; nullopt where the pair is not permitted.
std::optional<TaskState> advance(TaskState state, TaskEvent event);

bool is_ended(TaskState state);
inline bool is_success(TaskState state) {
  return state == TaskState::succeeded || state == TaskState::cached;
}
bool is_ended(RunState state);

const char* to_text(TaskState state);
const char* to_text(RunState state);
const char* to_text(TaskKind kind);
std::optional<TaskState> parse_task_state(std::string_view text);
std::optional<RunState> parse_run_state(std::string_view text);
std::optional<TaskKind> parse_task_kind(std::string_view text);

using RunId = std::int64_t;
/// Dense within a run, in order of creation.
using TaskIndex = std::uint32_t;
inline constexpr TaskIndex no_task = UINT32_MAX;

/// A task's key in the database: run · 2^32 + index, so a run's tasks lie together.
inline std::int64_t task_key(RunId run, TaskIndex index) {
  return run << 32 | static_cast<std::int64_t>(index);
}
inline RunId run_of(std::int64_t task) { return task >> 32; }
inline TaskIndex index_of(std::int64_t task) { return static_cast<TaskIndex>(task & 0xffffffff); }

/// Attempts count from 1 and go on after a retry by hand.
struct AttemptId {
  RunId run = 0;
  TaskIndex task = no_task;
  std::uint32_t number = 0;
  auto operator<=>(const AttemptId&) const = default;
};

}  // namespace gt
