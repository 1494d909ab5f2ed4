#include "cli/batch.h"

#include <algorithm>

#include "base/text.h"
#include "cli/records.h"
#include "cli/repeat.h"
#include "cli/run_text.h"
#include "view/place_wait.h"
#include "view/run_view.h"

namespace gt {

namespace {

/// Runs that have nothing to do end as soon as they start: keys and drawing have their turn between
/// them.
constexpr Duration starting_max = std::chrono::milliseconds(100);

std::string name_of(const RunRecord& run, const std::string& label) {
  return label.empty() ? run.name() : fmt::format("{} {}", run.name(), printable(label));
}

}  // namespace

/// A run that goes on, and what there is to see of it.
struct Batch::Active {
  Active(BatchRun run, Say say, LogTail log_tail)
      : one(std::move(run)),
        watched(name_of(one.run, one.label), std::move(say), std::move(log_tail)) {}

  BatchRun one;
  WatchedRun watched;
};

Batch::Batch(Session& session, Records& records, Workshop& workshop, BatchProgress& progress,
             std::vector<BatchRun> runs, BatchOptions options)
    : session_(session),
      records_(records),
      workshop_(workshop),
      progress_(progress),
      waiting_(std::make_move_iterator(runs.begin()), std::make_move_iterator(runs.end())),
      options_(options) {
  counts_.total = waiting_.size();
  workshop_.observe(*this);
}

Batch::~Batch() = default;

void Batch::know(const std::string& plan_version, std::shared_ptr<const Pipeline> pipeline) {
  pipelines_[plan_version] = std::move(pipeline);
}

Result<bool> Batch::go_on() {
  TRY(take_ended());
  const Duration began = session_.clock.steady();
  while (may_start() && session_.clock.steady() - began < starting_max) {
    // It stays where it is until it has started: what fails now may succeed the next time.
    TRY(start(waiting_.front()));
    waiting_.pop_front();
  }
  return !active_.empty() || !waiting_.empty();
}

bool Batch::may_start() const {
  return !is_stopping_ && !waiting_.empty() && active_.size() < options_.max_active;
}

std::optional<Duration> Batch::interval() const {
  return may_start() ? Duration(0) : progress_.interval();
}

Result<std::shared_ptr<const Plan>> Batch::plan_of(const RunRecord& run) {
  auto& pipeline = pipelines_[run.plan_version];
  if (!pipeline) {
    auto reader = TRY(records_.database->begin_read());
    pipeline = TRY(recorded_pipeline(records_.runs, reader, run));
  }
  return Plan::build(pipeline, run.params);
}

Result<void> Batch::start(BatchRun& one) {
  if (one.start == BatchStart::begin) {
    if (TRY(was_cancelled(one))) return {};
    if (one.request && TRY(start_the_short_way(one))) return {};
  }
  auto plan = TRY(plan_of(one.run));
  Selection selection = TRY(selection_of(*plan, one.run.options));
  if (one.start != BatchStart::begin) {
    const auto claimed = workshop_.claim(one.run);
    if (!claimed && claimed.error().code == Errc::conflict) {
      progress_.say(fmt::format("{} is driven by another geartrain now", one.run.name()));
      return {};
    }
    TRY(claimed);
  }
  const RunRecord run = one.run;
  const BatchStart how = one.start;
  active_[run.id] = std::make_unique<Active>(
      one, [this](const std::string& line) { progress_.say(line); },
      [this](const RunRecord& of, const AttemptId& attempt) {
        return workshop_.log_tail(of, attempt);
      });
  Engine& engine = workshop_.engine();
  const auto began = how == BatchStart::begin ? engine.begin(run, plan, std::move(selection))
                     : how == BatchStart::take_over
                         ? engine.take_over(run.id, plan, std::move(selection))
                         : engine.reopen(run.id, plan, std::move(selection), person());
  if (!began) active_.erase(run.id);
  return began;
}

/// By another program, while it waited for its turn.
Result<bool> Batch::was_cancelled(const BatchRun& one) {
  {
    auto reader = TRY(records_.database->begin_read());
    const RunRecord now = TRY(records_.runs.get(reader, one.run.id));
    if (now.cancel == CancelMode::none) return false;
  }
  auto writer = TRY(records_.database->begin_write());
  TRY(records_.runs.cancel_unbegun(writer, one.run, session_.clock.now()));
  TRY(writer.commit());
  records_.database->ring_followers();
  RunRecord ended = one.run;
  ended.state = RunState::cancelled;
  tell_end(one, ended, {});
  return true;
}

Result<bool> Batch::start_the_short_way(BatchRun& one) {
  const auto tasks =
      try_repeat_recorded(session_, records_, workshop_.facts(), *one.request, one.run);
  // What is wrong, the long way tells.
  if (!tasks || !*tasks) return false;
  Tally tally;
  tally.add(TaskState::cached, **tasks);
  tell_end(one, one.run, tally);
  return true;
}

Result<void> Batch::take_ended() {
  bool has_failed = false;
  for (auto entry = active_.begin(); entry != active_.end();) {
    Active& active = *entry->second;
    const LiveRun* const live = workshop_.engine().find(entry->first);
    if (live != nullptr && !live->is_ended()) {
      ++entry;
      continue;
    }
    if (live != nullptr) {
      has_failed = has_failed || live->record().state == RunState::failed;
      tell_end(active.one, live->record(), active.watched.tally());
      // That it is not kept costs time only.
      if (active.one.request)
        (void)keep_for_repeats(records_, workshop_, *active.one.request, entry->first).ok();
      workshop_.engine().forget(entry->first);
    }
    entry = active_.erase(entry);
  }
  if (!has_failed || !options_.fail_fast || is_stopping_) return {};
  progress_.say("a run has failed: the others are cancelled");
  return cancel(CancelMode::terminate, "--fail-fast");
}

void Batch::tell_end(const BatchRun& one, const RunRecord& run, const Tally& tally) {
  ++counts_.ended;
  if (run.state == RunState::failed) ++counts_.failed;
  progress_.ended(run.state, describe_end(name_of(run, one.label), run, tally));
  ends_.push_back({run.id, one.label, tally});
}

Result<void> Batch::lost(Error conflict) {
  std::erase_if(active_, [&](const auto& entry) {
    const bool is_gone = workshop_.engine().find(entry.first) == nullptr;
    if (is_gone)
      progress_.say(fmt::format("{}: {}", entry.second->one.run.name(), conflict.message));
    return is_gone;
  });
  return {};
}

Result<void> Batch::cancel(CancelMode mode, const std::string& who) {
  is_stopping_ = true;
  for (const auto& [run, active] : active_) TRY(cancel_open(workshop_.engine(), run, mode, who));
  return cancel_rest();
}

/// Those that have not begun end in one transaction. Of those that others began only the ones that
/// were taken over are ours to end.
Result<void> Batch::cancel_rest() {
  std::vector<BatchRun> ours;
  for (const BatchRun& one : waiting_)
    if (one.start == BatchStart::begin) ours.push_back(one);
  if (!ours.empty()) {
    const Time now = session_.clock.now();
    auto writer = TRY(records_.database->begin_write());
    for (const BatchRun& one : ours) TRY(records_.runs.cancel_unbegun(writer, one.run, now));
    TRY(writer.commit());
    records_.database->ring_followers();
  }
  for (const BatchRun& one : ours) ends_.push_back({one.run.id, one.label, {}});
  counts_.ended += ours.size();
  if (!waiting_.empty())
    progress_.say(fmt::format("{} {} not begun", waiting_.size(),
                              waiting_.size() == 1 ? "run was" : "runs were"));
  waiting_.clear();
  return {};
}

Result<void> Batch::hear(Transaction& reader) {
  for (const auto& [run, active] : active_)
    TRY(obey_requests(workshop_.engine(), records_.runs, reader, run));
  return {};
}

void Batch::tick(Time now) {
  std::vector<BatchLine> lines;
  for (const auto& [run, active] : active_) {
    BatchLine line{
        active->one.run.name(), printable(active->one.label), &active->watched.tally(), {}};
    for (const auto& [task, path] : active->watched.running()) line.running.push_back(path);
    lines.push_back(std::move(line));
  }
  progress_.tick(counts_, lines, now);
}

void Batch::queued(const LiveRun& run, const std::vector<RunRecord>& before) {
  progress_.say(fmt::format("{} {}", run.record().name(), place_wait_text(before)));
}

void Batch::waits(const LiveRun& run, TaskIndex task, const std::string& pool) {
  if (const std::string line = pool_waits_.news(workshop_, run, task, pool); !line.empty())
    say(line);
}

void Batch::committed(const LiveRun& run, const RunChanges& changes) {
  if (const auto found = active_.find(run.record().id); found != active_.end())
    found->second->watched.committed(run, changes);
}

std::vector<std::string> labels_of(const std::vector<RunRecord>& runs) {
  std::vector<std::string> varying;
  if (!runs.empty()) {
    for (const auto& [name, value] : runs.front().params) {
      const bool is_same_in_all = std::ranges::all_of(runs, [&](const RunRecord& other) {
        const Json* const theirs = other.params.find(name);
        return theirs != nullptr && *theirs == value;
      });
      if (!is_same_in_all) varying.push_back(name);
    }
  }
  std::vector<std::string> labels;
  for (const RunRecord& run : runs) {
    JsonObject own;
    for (const std::string& name : varying)
      if (const Json* const value = run.params.find(name)) own.set(name, *value);
    labels.push_back(parameters_text(own));
  }
  return labels;
}

}  // namespace gt
