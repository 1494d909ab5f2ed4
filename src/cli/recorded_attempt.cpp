#include "cli/recorded_attempt.h"

namespace gt {

Result<LiveRun> recorded_live_run(Records& records, Transaction& transaction, const RunView& view) {
  auto plan = TRY(recorded_plan(records.runs, transaction, view.run()));
  LoadedRun loaded = TRY(records.runs.load(transaction, view.run().id));
  Selection everything(*plan);
  return LiveRun::resume(std::move(plan), std::move(everything), std::move(loaded));
}

Result<Launch> recorded_launch(const LiveRun& live, const TaskRecord& task, std::uint32_t attempt,
                               StepFacts& facts, const LaunchPlaces& places) {
  return prepare_launch(live, AttemptId{live.record().id, task.index, attempt}, facts, places)
      .context("preparing {}", live.task_path(task.index));
}

Result<std::vector<std::string>> recorded_gpus(Records& records, Transaction& transaction,
                                               const AttemptId& attempt) {
  for (AttemptRecord& record : TRY(records.runs.attempts(transaction, attempt.run, attempt.task)))
    if (record.id.number == attempt.number) return std::move(record.gpus);
  return std::vector<std::string>();
}

std::vector<Blob> artifacts_of(const LoadedRun& run) {
  std::vector<Blob> artifacts;
  for (const TaskResult& result : run.results)
    for (const OutputValue& value : result.outputs)
      for_each_artifact(value, [&](const Artifact& artifact) {
        artifacts.push_back({{artifact.digest, artifact.is_folder}, artifact.bytes});
      });
  return artifacts;
}

}  // namespace gt
