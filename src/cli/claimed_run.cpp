#include "cli/claimed_run.h"

#include <functional>

#include "cli/records.h"
#include "cli/run_request.h"
#include "engine/ask_driver.h"
#include "engine/change_run.h"
#include "view/run_view.h"

namespace gt {

namespace {

using Claim = std::function<Result<void>(Workshop&)>;

Result<ClaimedRun> claimed_by(Session& session, Records& records, Progress& progress,
                              const RunRecord& run, const Claim& claim) {
  std::shared_ptr<const Plan> plan;
  {
    auto reader = TRY(records.database->begin_read());
    plan = TRY(recorded_plan(records.runs, reader, run));
  }
  auto workshop = TRY(Workshop::open(session, records, progress));
  TRY(claim(*workshop));
  Selection selection = TRY(selection_of(*plan, run.options));
  return ClaimedRun{std::move(workshop), std::move(plan), std::move(selection)};
}

}  // namespace

Result<ClaimedRun> claim_run(Session& session, Records& records, Progress& progress,
                             const RunRecord& run) {
  return claimed_by(session, records, progress, run,
                    [&](Workshop& workshop) { return workshop.claim(run); });
}

Result<ClaimedRun> claim_left_run(Session& session, Records& records, Progress& progress,
                                  const RunRecord& run) {
  return claimed_by(session, records, progress, run, [&](Workshop& workshop) -> Result<void> {
    for (;;) {
      RunRecord now;
      {
        auto reader = TRY(records.database->begin_read());
        now = TRY(records.runs.get(reader, run.id));
      }
      if (TRY(is_driven(records, now)))
        return error(Errc::conflict, "another geartrain has taken {} over", run.name());
      auto claimed = workshop.claim(now);
      if (claimed || claimed.error().code != Errc::conflict) return claimed;
    }
  });
}

Result<void> check_retry(const RunRecord& run) {
  if (run.state == RunState::succeeded)
    return error(Errc::conflict, "{} succeeded: nothing is left to do", run.name());
  if (!is_ended(run.state))
    return error(Errc::conflict, "{} has not ended: it is {}", run.name(), to_text(run.state));
  return {};
}

Result<std::optional<RunRecord>> change_undriven(Records& records, RunId run,
                                                 const DriverRequest& request, Time now) {
  auto writer = TRY(records.database->begin_write());
  const RunRecord recorded = TRY(records.runs.get(writer, run));
  auto plan = TRY(recorded_plan(records.runs, writer, recorded));
  const Selection selection = TRY(selection_of(*plan, recorded.options));
  const bool is_changed = TRY(change_run(*records.database, writer, records.runs, recorded, plan,
                                         selection, request, "", now));
  if (!is_changed) return std::optional<RunRecord>();
  RunRecord changed = TRY(records.runs.get(writer, run));
  TRY(writer.commit());
  return std::optional(std::move(changed));
}

Result<ChangedRun> ask_or_change(Session& session, Records& records, const RunRecord& run,
                                 const DriverRequest& request) {
  RunRecord now = run;
  const AskParts parts{.database = *records.database,
                       .runs = records.runs,
                       .clock = session.clock,
                       .entropy = session.entropy,
                       .asked = [&] {
                         const std::string notice = stopped_notice(records, now);
                         if (!notice.empty()) session.console.say(notice);
                       }};
  for (;;) {
    if (TRY(is_driven(records, now)) && TRY(ask_driver(parts, now, request)))
      return ChangedRun{std::move(now), true};
    auto changed = TRY(change_undriven(records, run.id, request, session.clock.now()));
    if (changed) return ChangedRun{*std::move(changed), false};
    auto reader = TRY(records.database->begin_read());
    now = TRY(records.runs.get(reader, run.id));
  }
}

}  // namespace gt
