/// Which tasks of a run are done again: after `retry` and `clear`, and when a group is tried again.
///
/// Marks only; LiveRun does it. What is between a setup and its teardown is never done again alone:
/// the setup begins anew what its teardown has ended.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "run/clear_request.h"
#include "run/task.h"

namespace gt {

class LiveRun;

enum class Again : std::uint8_t {
  no,
  opened,  ///< a matrix or group, because of something inside
  again,   ///< as if it had never been done; the cache may know its result
  anew,    ///< named by somebody: executed whatever the cache knows
};

/// A mark for each task from `first` on; those outside stay as they are.
struct AgainMarks {
  TaskIndex first = 0;
  std::vector<Again> marks;

  bool has(TaskIndex task) const { return task >= first && task - first < marks.size(); }
  Again of(TaskIndex task) const { return has(task) ? marks[task - first] : Again::no; }
};

/// All that did not succeed, what was skipped because of it, and `finally`.
AgainMarks marks_of_retry(const LiveRun& run);

/// The same of what is in a group; with `whole` all of it.
AgainMarks marks_of_group_retry(const LiveRun& run, TaskIndex group, bool whole);

/// Errc::not_found: a path means no task. Errc::conflict: one of the tasks is not at rest, or there
/// is none to do again.
Result<AgainMarks> marks_of_clear(const LiveRun& run, const ClearRequest& request);

/// What follows from tasks that a person marks: what stands around them is opened, and what did not
/// run because of them, and `finally`, is decided again.
AgainMarks marks_of_mark(const LiveRun& run, const std::vector<TaskIndex>& marked);

}  // namespace gt
