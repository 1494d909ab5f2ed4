#include "cli/claimed_run.h"

#include "cli/records.h"
#include "cli/run_request.h"
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

}  // namespace gt
