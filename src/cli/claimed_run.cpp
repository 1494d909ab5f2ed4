#include "cli/claimed_run.h"

#include "cli/records.h"
#include "cli/run_request.h"
#include "engine/clear_run.h"
#include "view/run_view.h"

namespace gt {

Result<ClaimedRun> claim_run(Session& session, Records& records, Progress& progress,
                             const RunRecord& run) {
  std::shared_ptr<const Plan> plan;
  {
    auto reader = TRY(records.database->begin_read());
    plan = TRY(recorded_plan(records.runs, reader, run));
  }
  auto workshop = TRY(Workshop::open(session, records, progress));
  TRY(workshop->claim(run));
  Selection selection = TRY(selection_of(*plan, run.options));
  return ClaimedRun{std::move(workshop), std::move(plan), std::move(selection)};
}

Result<void> check_retry(const RunRecord& run) {
  if (run.state == RunState::succeeded)
    return error(Errc::conflict, "{} succeeded: nothing is left to do", run.name());
  if (!is_ended(run.state))
    return error(Errc::conflict, "{} has not ended: it is {}", run.name(), to_text(run.state));
  return {};
}

Result<RunRecord> clear_undriven(Records& records, RunId run, const ClearRequest& request,
                                 Time now) {
  auto writer = TRY(records.database->begin_write());
  const RunRecord recorded = TRY(records.runs.get(writer, run));
  auto plan = TRY(recorded_plan(records.runs, writer, recorded));
  const Selection selection = TRY(selection_of(*plan, recorded.options));
  TRY(clear_run(writer, records.runs, recorded, plan, selection, request, "", now));
  RunRecord cleared = TRY(records.runs.get(writer, run));
  TRY(writer.commit());
  return cleared;
}

}  // namespace gt
