#include "cli/new_runs.h"

namespace gt {

Result<NewRun> NewRuns::of(JsonObject params) {
  if (!files_) {
    workshop_.facts().look_again();
    files_ = TRY(look_at_source(records_, workshop_));
  }
  NewRun run;
  run.pipeline = served_.source.pipeline->name;
  run.params = std::move(params);
  run.source_digest = files_->digest;
  run.git = files_->git;
  run.owner_engine = workshop_.engine_id();
  return run;
}

}  // namespace gt
