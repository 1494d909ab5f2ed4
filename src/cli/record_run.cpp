#include "cli/record_run.h"

#include "cli/keep_source.h"
#include "cli/source_facts.h"

namespace gt {

Result<RunRecord> record_run(
    Session& session, Records& records, Workshop& workshop, const PreparedRun& prepared,
    const RunOptions& options,
    const std::function<Result<void>(Transaction&, const RunRecord&)>& more) {
  const Time now = session.clock.now();
  const auto source = TRY(workshop.facts().source(nullptr));
  JsonObject git = git_facts(records.project.root);
  keep_source(records, *source);
  auto writer = TRY(records.database->begin_write());
  const std::string version = TRY(records.runs.keep_pipeline(writer,
                                                             {{},
                                                              prepared.source.pipeline->name,
                                                              prepared.source.from.recorded_path,
                                                              prepared.source.from.text,
                                                              prepared.source.named},
                                                             now));
  RunRecord run = TRY(records.runs.create(writer,
                                          {.pipeline = prepared.source.pipeline->name,
                                           .plan_version = version,
                                           .params = prepared.plan->params(),
                                           .options = options,
                                           .logical_date = now,
                                           .source_digest = source->digest.hex(),
                                           .git = std::move(git),
                                           .owner_engine = workshop.engine_id()},
                                          now, session.entropy));
  if (more) TRY(more(writer, run));
  TRY(writer.commit());
  return run;
}

}  // namespace gt
