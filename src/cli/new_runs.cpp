#include "cli/new_runs.h"

#include "definition/pipeline_assets.h"

namespace gt {

Result<NewRun> NewRuns::of(JsonObject params) {
  if (!files_) {
    if (!served_.source.from.version) workshop_.facts().look_again();
    files_ = TRY(source_of(records_, workshop_, served_.source.from.version));
  }
  NewRun run;
  run.pipeline = served_.source.pipeline->name;
  run.params = std::move(params);
  run.source_digest = files_->digest;
  run.git = files_->git;
  run.project_version = files_->project_version;
  run.assets = used_assets(*served_.source.pipeline);
  run.owner_engine = workshop_.engine_id();
  return run;
}

}  // namespace gt
