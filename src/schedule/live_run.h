/// A run in memory: what its tasks are doing, what may happen next, and what has changed since the
/// last commit. Deciding only: it starts nothing, reads no clock and touches no disk.
///
/// The engine tells it what happened (apply…), asks what to do (decide), launches what slots permit
/// (next_launch), writes take_changes() in one transaction, and then does what was decided. After a
/// refused commit it is thrown away and resumed from the store.
///
/// A turn costs O(what changed), not O(tasks): counters of ended upstream instances are kept per
/// task, and only tasks whose counters moved are looked at again.
///
/// Threads: the engine's.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/entropy.h"
#include "plan/expand.h"
#include "plan/plan.h"
#include "plan/selection.h"
#include "run/approval.h"
#include "run/changes.h"
#include "schedule/again.h"
#include "schedule/deadline.h"
#include "schedule/key_answer.h"
#include "schedule/launch_order.h"
#include "schedule/launch_queue.h"
#include "schedule/look.h"
#include "schedule/slots.h"
#include "schedule/trigger_rule.h"

namespace gt {

enum class StopRequest : std::uint8_t { terminate, kill };

/// What one turn wants done once its changes are committed.
struct Decisions {
  /// Ready tasks whose cache key is wanted before anything else; answer with apply_key().
  std::vector<TaskIndex> lookups;
  /// Ready tasks that are to wait without a process; answer with begin_wait().
  std::vector<TaskIndex> waits;
  std::vector<std::pair<AttemptId, StopRequest>> stops;
  /// When to decide again if nothing else happens.
  std::optional<Time> wake_at;
};

/// The tasks inside a matrix or group: a group's in the order of its steps, a matrix' items in the
/// order of their combinations, without removed ones. Cheap to copy; lives as long as nothing is
/// expanded.
class TaskChildren {
 public:
  class Iterator {
   public:
    using value_type = TaskIndex;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const TaskChildren* of, std::uint32_t at) : of_(of), at_(at) {}
    TaskIndex operator*() const { return (*of_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return {of_, at_++}; }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const TaskChildren* of_ = nullptr;
    std::uint32_t at_ = 0;
  };

  TaskChildren() = default;
  TaskChildren(TaskIndex first, std::uint32_t count) : first_(first), count_(count) {}
  explicit TaskChildren(std::span<const TaskIndex> listed)
      : count_(static_cast<std::uint32_t>(listed.size())), listed_(listed) {}
  std::uint32_t size() const { return count_; }
  TaskIndex operator[](std::uint32_t at) const {
    return listed_.empty() ? first_ + at : listed_[at];
  }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, count_}; }

 private:
  TaskIndex first_ = no_task;
  std::uint32_t count_ = 0;
  std::span<const TaskIndex> listed_;
};

class LiveRun {
 public:
  struct Task {
    StepIndex step = no_step;
    TaskIndex parent = no_task;
    std::int32_t item = -1;
    std::uint32_t container = UINT32_MAX;  ///< of a matrix or group that was expanded
    std::uint32_t attempts = 0;            ///< of a group: counted where it has a retry
    std::uint32_t attempts_before_reopening = 0;
    std::uint32_t pending = UINT32_MAX;  ///< its entry among the pending changes
    UpstreamCounts counts;
    TaskKind kind = TaskKind::step;
    TaskState state = TaskState::waiting;
    bool to_check = false;
    bool anew = false;  ///< cleared by name: executed whatever the cache knows, until it succeeds
  };

  /// A new run; its first changes create the tasks of the pipeline and of `finally`.
  static LiveRun begin(std::shared_ptr<const Plan> plan, Selection selection, RunRecord run);
  /// A run that another engine began. `plan` is built from the same text and parameters.
  static LiveRun resume(std::shared_ptr<const Plan> plan, Selection selection, LoadedRun loaded);

  // What happened.
  void start(Time now);
  void apply(const AttemptEvent& event, Time now, Entropy& entropy);
  void apply_key(TaskIndex task, KeyAnswer answer, Time now);
  void begin_wait(TaskIndex task, Time now);
  /// Somebody has looked for what a deferred task waits for outside (waits_outside()).
  void apply_look(TaskIndex task, LookVerdict verdict, Time now);
  /// A person has decided. Errc::not_found, Errc::invalid (no such approval, wrong values),
  /// Errc::conflict for one that does not wait. After an error nothing has changed.
  Result<void> decide_approval(const ApprovalRequest& request, Time now);
  /// Requests that ask for no more than an earlier one are ignored.
  void request_cancel(CancelMode mode, Time now, std::string who);
  /// Launches nothing more until unpause(), and lets run what runs; nothing of a run that is to
  /// end.
  void pause();
  void unpause();
  /// Records once that the run is late. When to ask again; nullopt: it never will be (again).
  std::optional<Time> notice_deadline(Time now);
  /// Since when the task misses its deadline, as far as that was noticed.
  std::optional<Time> late_since(TaskIndex task) const;
  /// Of a resumed run: what was recorded as cancelled or timed out may still be running.
  void obey_stop_requests(Time now);
  /// The wall clock was set forward by so much (back, if negative) or the machine slept so long:
  /// what waits for a time waits as long as it would have.
  void clock_was_set(Duration by);
  /// Re-opens an ended run: everything that did not succeed, and `finally`.
  void reopen(Time now, std::string who);
  /// Has tasks done again, of a run that has ended or one that goes on. Errors as marks_of_clear();
  /// Errc::conflict also for a run that is being cancelled. After an error nothing has changed.
  Result<void> clear(const ClearRequest& request, Time now);
  /// The same with `mark`: what a person says has become of tasks, of which nothing may run. What
  /// ended otherwise because of them is decided again, and `finally` is done again.
  Result<void> mark(const ClearRequest& request, Time now);

  // What to do.
  Decisions decide(Time now);
  /// What is to be launched next, in the order in which tasks became ready; nullopt: nothing is
  /// ready, or the run has as many running as it permits.
  std::optional<LaunchWish> next_launch();
  /// Launches the task of next_launch(); the attempt is started once its record is committed.
  AttemptId launch_next(const Capacity& capacity, Time now, std::vector<std::string> gpus = {});
  /// It did not get what it claims, and lets others of the run go first until claims_changed().
  /// `is_outranked`: only because others come first.
  void refuse_next(bool is_outranked, Time now);
  /// It claims what will never be there.
  void fail_next(AttemptFailed failure, Time now);
  void claims_changed() { launch_queue_.ask_again(); }
  /// Since when it is refused only because others come first.
  std::optional<Time> next_outranked_since() const { return launch_queue_.outranked_since(); }
  /// Tasks that were refused what they claim, one for each kind of claim.
  std::vector<LaunchWish> refused_launches();
  /// It is deferred, and has to be looked for outside what it waits for.
  bool waits_outside(TaskIndex task) const;
  /// What the last look found; empty if nobody has looked, or there was nothing to say.
  std::string last_look(TaskIndex task) const;
  /// Attempts with a claim that have ended since the last commit.
  std::vector<AttemptId> freed_claims() const;
  /// Another attempt may run beside those that do.
  bool has_place() const { return !is_paused() && !run_is_full(); }
  /// To be asked for its key again: its environment has become available.
  void ask_again(TaskIndex task) { lookups_.push_back(task); }
  RunChanges take_changes();
  /// Whether deciding again makes sense although nothing has happened since the commit.
  bool wants_turn() const { return !lookups_.empty() || !checks_.empty() || !new_waits_.empty(); }
  /// In a forecast: what the task gives is unknown, and so is what follows from it.
  void end_unknown(TaskIndex task, const std::string& why, Time now);
  /// In a forecast: why the task's result is unknown; nullptr if it is known.
  const std::string* unknown_reason(TaskIndex task) const;

  // Looking at it.
  const Plan& plan() const { return *plan_; }
  const std::shared_ptr<const Plan>& shared_plan() const { return plan_; }
  const RunRecord& record() const { return run_; }
  const Selection& selection() const { return selection_; }
  std::span<const Task> tasks() const { return tasks_; }
  const Task& task(TaskIndex index) const { return tasks_[index]; }
  const Step& step_of(TaskIndex index) const { return plan_->step(tasks_[index].step); }
  /// What an attempt of the task takes: as its step declares, with the memory that has grown.
  Resources resources_of(TaskIndex index) const;
  /// Why it is executed although the cache may know its result; empty if it is not.
  std::string forced_reason(TaskIndex index) const;
  /// The devices of its open attempt.
  std::vector<std::string> gpus_of(TaskIndex index) const;
  Priority priority_of(TaskIndex index) const;
  std::vector<OpenAttempt> open_attempts() const;
  /// What its open attempts take.
  const Slots& used() const { return used_; }
  bool is_ended() const { return gt::is_ended(run_.state); }
  bool is_paused() const { return run_.state == RunState::paused; }
  /// When it is late, by the `deadline` of its pipeline; nullopt where that says none.
  std::optional<Time> deadline() const { return deadline_of(plan_->pipeline(), run_); }
  /// The state that `finally` and `${{ run.state }}` see: the coming one once the steps have ended.
  RunState visible_state() const;
  /// "candidates[2].train[0]".
  std::string task_path(TaskIndex index) const;
  /// The outputs of a successful task, in the order of its step's outputs; nullptr if it has none.
  const std::vector<OutputValue>* outputs(TaskIndex index) const;
  const AttemptFailed* failure(TaskIndex index) const;
  /// The values of a matrix item, in the order of the axes.
  const MatrixItem& item_values(TaskIndex index) const;
  /// What is in a container; nothing before it is expanded.
  TaskChildren children(TaskIndex index) const;
  /// All that is inside at any depth, containers before what they hold.
  std::vector<TaskIndex> tasks_below(TaskIndex index) const;
  /// The task of a sibling step in the same scope instance.
  TaskIndex sibling(TaskIndex task, StepIndex step) const;
  /// The nearest enclosing group task whose scope the task stands in; no_task at the top.
  TaskIndex enclosing_group(TaskIndex task) const;
  /// The nearest enclosing task of a step with `pipeline`; no_task in the run's own file.
  TaskIndex caller(TaskIndex task) const;
  /// The file that the task's step stands in.
  const Pipeline& pipeline_of(TaskIndex task) const {
    return plan_->pipeline_of(plan_->at(tasks_[task].step).scope);
  }
  /// What a called pipeline was given, by a task with `pipeline` that was entered.
  const ValueObject& arguments(TaskIndex task) const;
  /// The state that `${{ run.state }}` has below `finally` of the file that the task stands in.
  RunState visible_state(TaskIndex task) const;
  /// The first task of a scope that exists once per run (the pipeline's steps, `finally`).
  TaskIndex first_task(ScopeIndex scope) const;
  std::int64_t last_event() const { return last_event_; }

 private:
  struct Container {
    TaskIndex first_child = no_task;
    std::uint32_t child_count = 0;  ///< without removed ones
    std::uint32_t children_left = 0;
    std::uint32_t body_left = 0;  ///< of these, those that `finally` waits for
    /// Items, or attempts in a called pipeline, that take a place under max_parallel.
    std::uint32_t active = 0;
    UpstreamCounts ended;
    std::uint32_t cancelled = 0;
    std::vector<MatrixItem> items;    ///< of a matrix, by Task::item, removed ones too
    std::vector<std::int32_t> order;  ///< as MatrixExpansion::order
    std::vector<TaskIndex> listed;    ///< the children, where they are not consecutive
    std::deque<TaskIndex> held_back;  ///< those over max_parallel
  };

  LiveRun(std::shared_ptr<const Plan> plan, Selection selection, RunRecord run);

  // live_run.cpp: tasks and their pending changes
  TaskIndex create_tasks(ScopeIndex scope, TaskIndex parent);
  TaskChange& touch(TaskIndex task);
  void move(TaskIndex task, TaskEvent event);
  RunStateChange& touch_run(RunState state);
  void add_event(Time at, std::string kind, TaskIndex task, JsonObject details = {});
  void rebuild();
  void rebuild_container(TaskIndex task);
  void list_in_order(Container& matrix) const;
  void add_instances(UpstreamCounts& counts, TaskIndex upstream) const;

  // live_run_turn.cpp: from waiting to launched
  void want_check(TaskIndex task);
  void check(TaskIndex task, Time now);
  void open(TaskIndex task, Time now);
  void open_item(TaskIndex task, Time now);
  void enter(TaskIndex task, Time now);
  void ask_first(TaskIndex ready);
  bool has_room_for(std::size_t more_tasks) const;
  void expand_matrix(TaskIndex task, Time now);
  void expand_group(TaskIndex task, Time now);
  bool hold_back(TaskIndex task);
  bool is_held_back(TaskIndex task);
  void enqueue(TaskIndex task, Time now);
  void push_front(TaskIndex task, Time now);
  bool is_to_launch(TaskIndex task);
  LaunchWish wish_of(const LaunchQueue::Entry& entry, const Claim& claim) const;
  bool passes_condition(TaskIndex task, Time now);
  bool run_is_full() const;
  std::int64_t step_priority(TaskIndex task) const;
  std::optional<Time> times_out_at() const;
  void check_timeout(Time now);

  // live_run_setups.cpp: setups, and the teardowns that run whatever came of the work between
  UpstreamCounts count_setups(TaskIndex task) const;
  Verdict judge_setups(TaskIndex task) const;
  bool is_sheltered(TaskIndex task, TaskIndex below = no_task) const;
  bool counts_as_failure(TaskIndex task) const;
  void count_ended(Container& inside, TaskIndex child) const;

  // live_run_retry.cpp: from failed to tried again
  bool is_stopping(TaskIndex task) const;
  void put_off(TaskIndex task, const AttemptFailed& failure, Time now, Duration wait);
  bool put_off_group(TaskIndex task, const AttemptFailed& failure, Time now);
  void grow(TaskIndex task, const AttemptFailed& failure);
  void wake_due(Time now);
  void restart_group(TaskIndex task, Time now);
  void count_group_attempt(TaskIndex task);
  void recount_below(TaskIndex group, const std::vector<TaskIndex>& below);
  void enter_again(TaskIndex task, Time now);

  // live_run_wait.cpp: tasks without a process
  void note_wait(TaskIndex task, std::optional<Time> ends_at);
  void move_waits(Duration by);
  void wake_wait(TaskIndex task, Time now);
  void time_out(TaskIndex task, Time now);
  void time_out_outside(TaskIndex task, Time now);
  void note_look(TaskIndex task, const std::string& found, Time now);
  void end_wait(TaskIndex task, std::vector<OutputValue> outputs, Time now);
  void end_unmet(TaskIndex task, Unmet how, AttemptFailed failure, Time now);
  void settle_approval(TaskIndex task, const ApprovalRequest& request, const JsonObject& values,
                       Time now);

  // live_run_control.cpp: what is late, and who is told of the run
  void await_deadline(TaskIndex task);
  std::optional<Time> notice_task_deadlines(Time now);
  void add_end_notice(Time now);

  // live_run_call.cpp: other pipelines as steps
  const PipelineCall* called_by(TaskIndex task) const;
  Result<void> evaluate_arguments(TaskIndex task);
  void begin_call(TaskIndex task, Time now);
  void note_deadline(TaskIndex task, Time started_at);
  void check_call_deadlines(Time now);
  void move_call_deadlines(Duration by);
  bool is_over_time(TaskIndex task, Time now) const;
  bool waits_for_others(TaskIndex task) const;
  bool is_below_finally(TaskIndex task, TaskIndex ancestor) const;
  void begin_inner_finally(TaskIndex task);
  bool is_body_skipped(TaskIndex task) const;
  bool hold_back_in_calls(TaskIndex task);
  void take_places(TaskIndex task);
  void give_places_back(TaskIndex task, Time now);
  bool give_run_outputs();

  // live_run_again.cpp: what a person wants done again
  void do_again(const AgainMarks& marks);
  void reconsider(Time now);
  void open_run_again(Time now);
  std::vector<TaskIndex> due_to_be_tried_again() const;

  // live_run_mark.cpp
  Result<std::vector<TaskIndex>> tasks_to_mark(const ClearRequest& request) const;
  void set_mark(TaskIndex task, const ClearRequest& request, Time now);
  void finish_containers(Time now);

  // live_run_items.cpp: a matrix that is entered again
  bool replace_items(TaskIndex task, std::vector<MatrixItem> items, Time now);
  TaskIndex create_item(TaskIndex matrix, std::int32_t place);
  void remove_item(TaskIndex task, Time now);
  void recount(TaskIndex task);

  // live_run_end.cpp: from ended tasks to the ended run
  void end(TaskIndex task, TaskEvent event, Time now);
  /// The outputs of one that succeeds are new versions of assets.
  void update_assets(TaskIndex task, Time now);
  void fail(TaskIndex task, AttemptFailed failure, Time now);
  void notify_downstream(TaskIndex representative, TaskState ended);
  void child_ended(TaskIndex parent, TaskIndex child, Time now);
  void finish_container(TaskIndex task, Time now);
  bool compute_group_outputs(TaskIndex task, Time now);
  void release_place(TaskIndex task, Time now);
  void release_key(TaskIndex task);
  ScopeIndex top_scope(TaskIndex task) const;
  bool is_below(TaskIndex task, TaskIndex ancestor) const;
  void end_below(TaskIndex task, TaskEvent event, Time now);
  void cancel_task(TaskIndex task, StopRequest how, Time now);
  void cancel_scope(ScopeIndex scope, StopRequest how, Time now);
  void begin_finally(Time now);
  void finish(Time now);
  Container& container(TaskIndex task) { return containers_[tasks_[task].container]; }
  const Container& container(TaskIndex task) const { return containers_[tasks_[task].container]; }

  std::shared_ptr<const Plan> plan_;
  Selection selection_;
  RunRecord run_;
  std::vector<Task> tasks_;
  std::vector<Container> containers_;
  TaskIndex first_finally_ = 0;
  std::uint32_t root_left_ = 0, finally_left_ = 0;
  bool in_finally_ = false;
  bool timed_out_ = false;
  bool has_missed_deadline_ = false;
  std::map<TaskIndex, Time> late_tasks_;
  /// Of tasks with a deadline that have not ended: how long after the start of the run.
  using DeadlineTimer = std::pair<Duration, TaskIndex>;
  std::priority_queue<DeadlineTimer, std::vector<DeadlineTimer>, std::greater<>> task_deadlines_;
  Duration clock_set_by_{0};  ///< since the run began

  std::unordered_map<TaskIndex, std::vector<OutputValue>> outputs_;
  std::unordered_map<TaskIndex, AttemptFailed> failures_;
  std::unordered_map<TaskIndex, std::string> unknown_;
  std::unordered_map<TaskIndex, ValueObject> arguments_;

  std::vector<TaskIndex> checks_;
  std::vector<TaskIndex> lookups_, next_lookups_;
  std::vector<TaskIndex> new_waits_;
  std::unordered_map<TaskIndex, Time> wait_ends_;  ///< when deferred tasks end by themselves
  std::unordered_map<TaskIndex, std::string> last_looks_;  ///< of deferred tasks
  LaunchQueue launch_queue_;
  using Timer = std::pair<Time, TaskIndex>;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  /// Of called pipelines with a timeout; one that was entered again has a later one, too.
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> call_timers_;
  std::unordered_map<TaskIndex, Time> call_deadlines_;
  /// Groups whose time to be tried again has come.
  std::unordered_set<TaskIndex> due_groups_;
  std::unordered_map<TaskIndex, std::vector<std::string>> gpus_;
  /// Bytes, of tasks whose memory is not what their step declares.
  std::unordered_map<TaskIndex, std::int64_t> grown_memory_;
  std::vector<std::pair<AttemptId, StopRequest>> stops_;
  std::unordered_map<Digest, TaskIndex> key_leader_;
  std::unordered_map<TaskIndex, Digest> leader_key_;
  std::unordered_map<TaskIndex, std::vector<TaskIndex>> followers_;
  Slots used_;
  std::uint32_t running_tasks_ = 0;
  std::vector<std::int64_t> priorities_;  ///< by step; empty: each its own

  // Since the last take_changes().
  TaskIndex committed_tasks_ = 0;
  std::vector<TaskChange> pending_;
  RunChanges changes_;
  std::int64_t last_event_ = 0;
};

}  // namespace gt
