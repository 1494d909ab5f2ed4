#include "engine/clear_run.h"

#include "cache/run_memo.h"

namespace gt {

Result<void> clear_run(Transaction& transaction, RunStore& runs, const RunRecord& run,
                       std::shared_ptr<const Plan> plan, const Selection& selection,
                       const ClearRequest& request, const std::string& engine, Time now) {
  const std::int64_t fence = TRY(runs.claim(transaction, run.id, run.fence, engine));
  // Nothing may stand for this run any more, nor it for others, once its tasks change.
  TRY(runs.give_own_tasks(transaction, run.id));
  TRY(runs.give_tasks_away(transaction, run.id));
  TRY(forget_memos(transaction));
  TRY(runs.withdraw_clears(transaction, run.id));
  LiveRun live = LiveRun::resume(std::move(plan), selection, TRY(runs.load(transaction, run.id)));
  TRY(live.clear(request, now));
  return runs.commit(transaction, run.id, fence, live.take_changes());
}

}  // namespace gt
