#include <algorithm>

#include "base/text.h"
#include "blob/folder_blobs.h"
#include "cli/commands.h"
#include "cli/finish.h"
#include "cli/pool_check.h"
#include "cli/record_run.h"
#include "cli/recorded_attempt.h"
#include "schedule/borrowed_results.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain step run train --from latest",
     "train.py is repaired; yesterday's features are not"},
    {"geartrain step run 'train[2]' --from flights/12", "one item of a matrix"},
    {"geartrain step run train --from 12 -p depth=8", "with another parameter than that run had"},
};

/// The earlier run, as far as a new one can begin on it.
struct Earlier {
  RunRecord run;
  std::string file;  ///< of its pipeline, below the project's root
  std::shared_ptr<const Plan> plan;
  LoadedRun loaded;
};

Result<Earlier> load(Records& records, const std::string& name) {
  auto reader = TRY(records.database->begin_read());
  Earlier earlier;
  earlier.run = TRY(find_run(records, reader, name));
  earlier.file = TRY(records.runs.pipeline_version(reader, earlier.run.plan_version)).path;
  earlier.plan = TRY(recorded_plan(records.runs, reader, earlier.run));
  earlier.loaded = TRY(records.runs.load(reader, earlier.run.id));
  return earlier;
}

/// Those that are there stay so until `blobs` ends.
Result<std::unordered_set<Digest>> missing_artifacts(const LoadedRun& run, BlobStore& blobs) {
  const std::vector<Blob> needed = artifacts_of(run);
  const std::vector<bool> there = TRY(blobs.rely_on(needed));
  std::unordered_set<Digest> missing;
  for (std::size_t i = 0; i < needed.size(); ++i)
    if (!there[i]) missing.insert(needed[i].name.digest);
  return missing;
}

/// The facts by which each result was made, so that `why --facts` shows them here, too.
Result<void> add_keys(Records& records, Transaction& transaction, RunChanges& changes) {
  for (TaskManifest& manifest : changes.manifests) {
    const auto result = std::ranges::find(changes.results, manifest.task, &TaskResult::task);
    if (result == changes.results.end() || !result->cached_from) continue;
    const AttemptId& from = *result->cached_from;
    if (auto kept = TRY(records.runs.manifest(transaction, from.run, from.task)))
      manifest.key = kept->key;
  }
  return {};
}

Result<ExitCode> execute(Session& session, Records& records, const Earlier& earlier,
                         const std::string& step, PreparedRun& prepared, const OutputForm& output) {
  const ChosenStep wanted = TRY(choose_step(*prepared.plan, step));
  FolderBlobs blobs(records.home, session.entropy, Durability::none);
  const EarlierRun before{*earlier.plan, earlier.loaded,
                          TRY(missing_artifacts(earlier.loaded, blobs))};
  RunChanges beginning = TRY(begin_on_results(*prepared.plan, wanted, before, session.clock.now()));
  const std::string& name = prepared.plan->step(wanted.step).name;
  const RunOptions options{
      .only = {name}, .from = {}, .refresh = {name}, .inputs_from = earlier.run.name()};
  Selection selection = TRY(selection_of(*prepared.plan, options));
  TRY(check_pools(records, *prepared.plan, selection));
  const auto progress = make_progress(session);
  auto workshop = TRY(Workshop::open(session, records, *progress));
  const auto begin = [&](Transaction& transaction, const RunRecord& created) -> Result<void> {
    TRY(add_keys(records, transaction, beginning));
    return records.runs.commit(transaction, created.id, created.fence, beginning);
  };
  const RunRecord run = TRY(record_run(session, records, *workshop, prepared, options, begin));
  progress->say(
      fmt::format("{} started: {} on the results of {}", run.name(), step, earlier.run.name()));
  TRY(workshop->engine().take_over(run.id, prepared.plan, std::move(selection)));
  return drive_and_finish(session, records, *workshop, *progress, run, output);
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(step_run_command.text);
  std::optional<std::string> step, from;
  RunRequest request;
  OutputForm output;
  options.argument("STEP", step, Need::required,
                   "A step of the pipeline, or one item of its matrix: train, train[2].");
  options.option("--from", "RUN", from,
                 "The run on whose results it is executed: flights/12, a number, an id, latest.");
  declare_definition(options, request);
  declare_execution(options);
  options.output(output, ended_run_shape);
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (!from)
    return Error{Errc::invalid, "step run needs --from RUN",
                 "`geartrain step run STEP --from latest` takes the newest run"};

  Records records = TRY(open_existing_records(session));
  const Earlier earlier = TRY(load(records, *from));
  if (!request.file && earlier.file != default_pipeline_file)
    request.file = join_path(records.project.root, earlier.file);
  request.earlier_params = earlier.run.params;
  RequestTexts texts = TRY(read_request(session, records.project, request));
  Preparation preparation = TRY(prepare(session, std::move(texts), request));
  if (!preparation.run) return preparation.code;
  return execute(session, records, earlier, *step, *preparation.run, output);
}

}  // namespace

const CliCommand step_run_command = {
    {"step run", "execute one step on the results of an earlier run",
     "Makes a new run, in which this step alone is executed, with the pipeline file and the source "
     "as they are now; what stands before it is taken from the earlier run as it was recorded, and "
     "what follows is skipped. Parameters are those of the earlier run, as far as no other is "
     "given. Nothing is started if a result that the step needs is not there any more. Ends as run "
     "does.",
     examples},
    true,
    run};

}  // namespace gt
