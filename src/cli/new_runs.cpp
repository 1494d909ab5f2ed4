#include "cli/new_runs.h"

#include "cli/keep_source.h"
#include "cli/source_facts.h"

namespace gt {

Result<NewRun> NewRuns::of(JsonObject params) {
  if (source_digest_.empty()) TRY(look());
  NewRun run;
  run.pipeline = served_.source.pipeline->name;
  run.params = std::move(params);
  run.source_digest = source_digest_;
  run.git = git_;
  run.owner_engine = workshop_.engine_id();
  return run;
}

Result<std::string> NewRuns::keep_pipeline(Transaction& writer) {
  const PipelineSource& source = served_.source;
  return records_.runs.keep_pipeline(
      writer,
      {{}, source.pipeline->name, source.from.recorded_path, source.from.text, source.named},
      session_.clock.now());
}

Result<void> NewRuns::look() {
  workshop_.facts().look_again();
  const auto files = TRY(workshop_.facts().source(nullptr));
  git_ = git_facts(records_.project.root);
  keep_source(records_, *files);
  source_digest_ = files->digest.hex();
  return {};
}

}  // namespace gt
