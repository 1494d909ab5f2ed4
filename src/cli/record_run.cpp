#include "cli/record_run.h"

#include "base/id.h"
#include "cli/keep_source.h"
#include "cli/pushed_projects.h"
#include "cli/source_facts.h"
#include "definition/pipeline_assets.h"
#include "run/notification.h"

namespace gt {

namespace {

using More = std::function<Result<void>(Transaction&, const RunRecord&)>;

Result<std::vector<RunRecord>> record(Session& session, Records& records, Workshop& workshop,
                                      const PipelineSource& source, std::vector<RunToRecord> wanted,
                                      const std::string& batch, const More& more) {
  const Time now = session.clock.now();
  const SourceNow files = TRY(source_of(records, workshop, source.from.version));
  auto writer = TRY(records.database->begin_write());
  const std::string version = TRY(keep_pipeline(records, writer, source, now));
  std::vector<RunRecord> runs;
  for (RunToRecord& one : wanted) {
    runs.push_back(TRY(records.runs.create(writer,
                                           {.pipeline = source.pipeline->name,
                                            .plan_version = version,
                                            .params = std::move(one.params),
                                            .options = std::move(one.options),
                                            .logical_date = now,
                                            .source_digest = files.digest,
                                            .git = files.git,
                                            .owner_engine = workshop.engine_id(),
                                            .batch = batch,
                                            .project_version = files.project_version,
                                            .assets = used_assets(*source.pipeline)},
                                           now, session.entropy)));
    if (more) TRY(more(writer, runs.back()));
  }
  TRY(writer.commit());
  return runs;
}

}  // namespace

Result<SourceNow> look_at_source(Records& records, Workshop& workshop) {
  // git is asked for the listing too: two of its processes side by side take half the time.
  std::future<JsonObject> git = begin_git_facts(records.project.root);
  const auto files = TRY(workshop.facts().source(nullptr));
  keep_source(records.home, records.project.root, *files);
  return SourceNow{files->digest.hex(), git.get()};
}

Result<SourceNow> source_of(Records& records, Workshop& workshop,
                            const std::optional<ProjectVersion>& version) {
  if (!version) return look_at_source(records, workshop);
  HostFacts& facts = *TRY(workshop.facts_of(*version));
  // Its files never change, but environments and programs of the machine may.
  facts.look_again();
  const auto files = TRY(facts.source(nullptr));
  keep_source(records.home, version_folder(records.home, *version), *files);
  return SourceNow{files->digest.hex(), version->git, version->name()};
}

Result<std::string> keep_pipeline(Records& records, Transaction& writer,
                                  const PipelineSource& source, Time now) {
  return records.runs.keep_pipeline(writer,
                                    {.digest = {},
                                     .pipeline = source.pipeline->name,
                                     .path = source.from.recorded_path,
                                     .text = source.from.text,
                                     .named = source.named,
                                     .notify = notify_text(source.pipeline->notify)},
                                    now);
}

Result<std::vector<RunRecord>> record_batch(Session& session, Records& records, Workshop& workshop,
                                            const PipelineSource& source,
                                            std::vector<RunToRecord> wanted) {
  return record(session, records, workshop, source, std::move(wanted),
                make_uuid(session.clock.now(), session.entropy), {});
}

Result<RunRecord> record_run(Session& session, Records& records, Workshop& workshop,
                             const PreparedRun& prepared, const RunOptions& options,
                             const More& more) {
  std::vector<RunRecord> runs = TRY(record(session, records, workshop, prepared.source,
                                           {{prepared.plan->params(), options}}, {}, more));
  return std::move(runs.front());
}

}  // namespace gt
