#include "cli/active_runs.h"

#include "cli/run_request.h"

namespace gt {

Result<bool> ActiveRuns::take(const RunRecord& run, const std::shared_ptr<const Pipeline>& pipeline,
                              bool is_begun) {
  auto plan = Plan::build(pipeline, run.params);
  Selection selection = TRY(selection_of(*plan, run.options));
  if (is_begun) {
    const auto claimed = workshop_.claim(run);
    if (!claimed && claimed.error().code == Errc::conflict) return false;
    TRY(claimed);
  }
  add(run);
  Engine& engine = workshop_.engine();
  const auto began = is_begun ? engine.take_over(run.id, plan, std::move(selection))
                              : engine.begin(run, plan, std::move(selection));
  if (!began) remove(run.id);
  TRY(began);
  return true;
}

void ActiveRuns::add(const RunRecord& run) {
  active_[run.id] =
      std::make_unique<One>(run, say_, [this](const RunRecord& of, const AttemptId& attempt) {
        return workshop_.log_tail(of, attempt);
      });
}

bool ActiveRuns::take_ended(const Ended& ended) {
  return std::erase_if(active_, [&](const auto& entry) {
           const LiveRun* const live = workshop_.engine().find(entry.first);
           if (live == nullptr) return true;
           if (!live->is_ended()) return false;
           ended(live->record(), entry.second->watched.tally());
           workshop_.engine().forget(entry.first);
           return true;
         }) > 0;
}

void ActiveRuns::lost(const Error& conflict) {
  std::erase_if(active_, [&](const auto& entry) {
    const bool is_gone = workshop_.engine().find(entry.first) == nullptr;
    if (is_gone) say_(fmt::format("{}: {}", entry.second->run.name(), conflict.message));
    return is_gone;
  });
}

Result<void> ActiveRuns::obey(Transaction& reader) {
  for (const auto& [run, one] : active_) TRY(obey_requests(workshop_.engine(), runs_, reader, run));
  return {};
}

Result<void> ActiveRuns::cancel(CancelMode mode, const std::string& who) {
  for (const auto& [run, one] : active_) TRY(cancel_open(workshop_.engine(), run, mode, who));
  return {};
}

void ActiveRuns::committed(const LiveRun& run, const RunChanges& changes) {
  if (const auto found = active_.find(run.record().id); found != active_.end())
    found->second->watched.committed(run, changes);
}

}  // namespace gt
