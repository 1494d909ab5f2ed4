#include "engine/firing_decision.h"

#include "run/paused_pipelines.h"

namespace gt {

Result<void> FiringDecision::look(Transaction& writer) {
  is_paused_ = TRY(PausedPipelines().is_paused(writer, pipeline_));
  open_ = TRY(parts_.runs.open_runs_of(writer, pipeline_, trigger_.name));
  return {};
}

Result<void> FiringDecision::decide(Transaction& writer, OpenFiring firing, bool is_last) {
  if (is_paused_)
    return add(writer, firing, FiringOutcome::skipped, "the pipeline is paused", std::nullopt);
  if (!firing.run)
    return add(writer, firing, FiringOutcome::refused, firing.run.error().message, std::nullopt);
  if (trigger_.overlap == Overlap::skip && !open_.empty())
    return add(writer, firing, FiringOutcome::skipped,
               fmt::format("{} had not ended", open_.front().name()), std::nullopt);
  if (trigger_.overlap == Overlap::replace) {
    if (!is_last)
      return add(writer, firing, FiringOutcome::skipped, "a later firing came with it",
                 std::nullopt);
    TRY(replace_open(writer));
  }
  if (version_.empty()) version_ = TRY(keep_pipeline_(writer));
  NewRun wanted = *std::move(firing.run);
  wanted.plan_version = version_;
  wanted.trigger = trigger_.name;
  wanted.logical_date = firing.logical_date;
  wanted.interval = firing.interval;
  RunRecord run = TRY(parts_.runs.create(writer, wanted, now_, parts_.entropy));
  TRY(add(writer, firing, FiringOutcome::begun, "", run.id));
  open_.push_back(run);
  fired_.runs.push_back(std::move(run));
  return {};
}

Result<void> FiringDecision::replace_open(Transaction& writer) {
  for (const RunRecord& run : open_) {
    if (run.cancel != CancelMode::none) continue;
    TRY(parts_.runs.request_cancel(writer, run.id, CancelMode::terminate));
    fired_.replaced.push_back(run);
  }
  return {};
}

Result<void> FiringDecision::add(Transaction& writer, const OpenFiring& firing,
                                 FiringOutcome outcome, std::string reason,
                                 std::optional<RunId> run) {
  RecordedFiring recorded{.pipeline = pipeline_,
                          .trigger = trigger_.name,
                          .at = firing.at,
                          .outcome = outcome,
                          .reason = std::move(reason),
                          .cause = firing.cause,
                          .run = run,
                          .recorded_at = now_};
  TRY(parts_.firings.add(writer, recorded));
  if (!run) fired_.without_run.push_back(std::move(recorded));
  return {};
}

}  // namespace gt
