/// What one turn of the engine changes in one run: written in one transaction, applied to nothing
/// else. Rows are appended or updated one by one; no document is rewritten whole.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "definition/notify.h"
#include "run/approval.h"
#include "run/asset_store.h"
#include "run/run.h"

namespace gt {

/// The result of a task that succeeded or was found in the cache.
struct TaskResult {
  TaskIndex task = no_task;
  std::vector<OutputValue> outputs;  ///< in the order of Step::outputs (of a group: Group::outputs)
  std::optional<AttemptId> cached_from;
};

/// The combinations of a matrix, written in the transaction that saw them. When the matrix is
/// entered again they are put in the place of the earlier ones.
struct MatrixExpansion {
  TaskIndex task = no_task;
  /// By the place that tasks know (TaskRecord::item), each in the order of Matrix::axes. Those of
  /// tasks that were removed keep their places.
  std::vector<std::vector<Value>> items;
  /// The places in the order of the combinations; empty: all of `items` as they stand.
  std::vector<std::int32_t> order;
};

/// By which key a task was looked up, and in words what came of it ("file src/train.py changed").
/// The manifest itself is kept by the cache.
struct TaskManifest {
  TaskIndex task = no_task;
  std::optional<Digest> key;  ///< none: it runs every time
  std::string reason;
};

struct AttemptOpened {
  AttemptId id;
  std::string outside_name;
  Time at;
  std::int64_t memory_bytes = 0;       ///< what it is given; 0: not counted
  std::vector<PoolSlots> pools = {};   ///< what it takes of them
  std::vector<std::string> gpus = {};  ///< devices that are its own
};

struct AttemptStart {
  AttemptId id;
  Time at;
};

struct AttemptClosed {
  AttemptId id;
  AttemptEnded ended;
  bool has_claim = false;  ///< slots of pools or GPUs, which are free now
};

/// Something that happened, in the order of the run.
struct RunEvent {
  Time at;
  std::string kind;  ///< "run_started", "task_state", "cancel_requested", "reopened", …
  TaskIndex task = no_task;
  JsonObject details;
};

/// That somebody has said what has become of a task: an event of the kind "marked".
struct TaskMark {
  TaskIndex task = no_task;
  TaskState as = TaskState::succeeded;
  std::string by;
  std::string comment;
  Time at{};
};

/// "marked as succeeded by anna: the file was repaired by hand".
std::string mark_text(const TaskMark& mark);

/// What receivers may be told of, in the transaction in which it happens.
struct RunNotice {
  NotificationKind kind = NotificationKind::failed;
  Time at{};
  std::string task = {};  ///< its path; of a failed run the task that failed; empty: the run itself
  std::optional<Cause> cause = {};
  std::string error = {};
  std::string message = {};           ///< what a person is asked
  std::optional<Time> deadline = {};  ///< that was missed
};

struct RunStateChange {
  RunState state = RunState::running;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  std::optional<AttemptFailed> error;
  bool reopened = false;  ///< end, error and cancel request of the row are cleared
  std::optional<CancelMode> cancel;
};

struct RunChanges {
  std::vector<TaskRecord> created;
  std::vector<TaskChange> changed;
  std::vector<MatrixExpansion> expansions;
  std::vector<TaskResult> results;
  std::vector<TaskManifest> manifests;
  std::vector<AttemptOpened> opened;
  std::vector<AttemptStart> started;  ///< attempts that run now
  std::vector<AttemptClosed> closed;
  std::vector<ApprovalRecord> approvals;
  std::vector<AssetUpdate> asset_updates;  ///< those with another content than before count
  std::vector<RunEvent> events;
  std::optional<RunStateChange> run;
  std::vector<RunNotice> notices = {};

  bool empty() const {
    return created.empty() && changed.empty() && expansions.empty() && results.empty() &&
           manifests.empty() && opened.empty() && started.empty() && closed.empty() &&
           approvals.empty() && asset_updates.empty() && events.empty() && !run && notices.empty();
  }
};

/// An attempt that was recorded and has not ended.
struct OpenAttempt {
  AttemptId id;
  bool started = false;
  Time opened_at{};
  std::vector<std::string> gpus = {};
};

/// All that an engine needs to go on with a run that another one began.
struct LoadedRun {
  RunRecord run;
  std::vector<TaskRecord> tasks;  ///< by index, without gaps
  std::vector<MatrixExpansion> expansions;
  std::vector<TaskResult> results;
  std::vector<OpenAttempt> open_attempts;
  std::vector<ApprovalRecord> approvals;
  std::optional<Time> deadline_missed_at;
  std::map<TaskIndex, Time> late_tasks;  ///< when it was noticed that they miss their deadlines
  std::vector<TaskMark> marks;  ///< the newest of each task, also where it was done again since
  std::int64_t last_event = 0;
};

}  // namespace gt
