#include "engine/change_run.h"

#include "cache/run_memo.h"

namespace gt {

Result<void> obey(LiveRun& live, const DriverRequest& request, Time now) {
  if (const auto* clear = std::get_if<ClearRequest>(&request)) return live.clear(*clear, now);
  return live.decide_approval(std::get<ApprovalRequest>(request), now);
}

Result<bool> change_run(Database& database, Transaction& transaction, RunStore& runs,
                        const RunRecord& run, std::shared_ptr<const Plan> plan,
                        const Selection& selection, const DriverRequest& request,
                        const std::string& engine, Time now) {
  // Who takes the run over does so in a transaction, too, and is present before that.
  if (TRY(is_driven(database, run))) return false;
  const std::int64_t fence = TRY(runs.claim(transaction, run.id, run.fence, engine));
  // Nothing may stand for this run any more, nor it for others, once its tasks change.
  TRY(runs.give_own_tasks(transaction, run.id));
  TRY(runs.give_tasks_away(transaction, run.id));
  TRY(forget_memos(transaction));
  TRY(runs.withdraw_requests(transaction, run.id));
  LiveRun live = LiveRun::resume(std::move(plan), selection, TRY(runs.load(transaction, run.id)));
  TRY(obey(live, request, now));
  TRY(runs.commit(transaction, run.id, fence, live.take_changes()));
  return true;
}

}  // namespace gt
