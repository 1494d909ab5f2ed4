#include "cli/watched_runs.h"

#include "run/run_end_store.h"

namespace gt {

namespace {

constexpr std::size_t ends_at_once = 1000;

bool is_wanted(const RunWanted& wanted, const RunRecord& run) {
  if (!run.ended_at) return false;
  if (wanted.logical_date && run.logical_date != *wanted.logical_date) return false;
  if (wanted.since && *run.ended_at < *wanted.since) return false;
  return wanted.in_any_state || run.state == RunState::succeeded;
}

RunFound found(const RunRecord& run) { return {run.uuid, run.name(), run.state}; }

}  // namespace

void WatchedRuns::add(WatchId watch, const RunWanted& wanted) {
  wanted_.emplace(watch, wanted);
  waiting_.emplace(wanted.pipeline, watch);
}

void WatchedRuns::remove(WatchId watch) {
  const auto known = wanted_.find(watch);
  if (known == wanted_.end()) return;
  const auto [first, last] = waiting_.equal_range(known->second.pipeline);
  for (auto one = first; one != last; ++one)
    if (one->second == watch) {
      waiting_.erase(one);
      break;
    }
  wanted_.erase(known);
}

void WatchedRuns::listen() {
  // Without a bell they are heard now and then.
  if (bell_) return;
  if (auto bell = database_.listen(Listener::follower, listener_)) bell_.emplace(*std::move(bell));
}

Result<Look> WatchedRuns::look(WatchId watch) {
  auto reader = TRY(database_.begin_read());
  // What ends after the first look is heard.
  listen();
  if (!heard_) heard_ = TRY(RunEndStore().last(reader));
  const RunWanted& wanted = wanted_.at(watch);
  const auto run = TRY(runs_.find_ended(reader, {.pipeline = wanted.pipeline,
                                                 .logical_date = wanted.logical_date,
                                                 .since = wanted.since,
                                                 .in_any_state = wanted.in_any_state}));
  return run ? Look(found(*run)) : Look(NothingFound{});
}

Result<std::vector<WatchEvent>> WatchedRuns::hear() {
  std::vector<WatchEvent> events;
  if (!heard_) return events;
  auto reader = TRY(database_.begin_read());
  std::int64_t heard = *heard_;
  for (;;) {
    const auto ends = TRY(RunEndStore().list_all(reader, heard, ends_at_once));
    for (const RecordedRunEnd& end : ends) {
      heard = end.sequence;
      if (wanted_.empty()) continue;
      const auto run = runs_.get(reader, end.run);
      if (!run && run.error().code == Errc::not_found) continue;
      if (!run) return run.error();
      const auto [first, last] = waiting_.equal_range(run->pipeline);
      for (auto one = first; one != last; ++one)
        if (is_wanted(wanted_.at(one->second), *run)) events.push_back({one->second, found(*run)});
    }
    if (ends.size() < ends_at_once) break;
  }
  heard_ = heard;
  return events;
}

}  // namespace gt
