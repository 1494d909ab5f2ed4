/// Runs, tasks, attempts and their results in the database. Holds SQL in the subset common to
/// SQLite and PostgreSQL, writes within the caller's transaction, keeps nothing in memory.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "base/result.h"
#include "db/database.h"
#include "db/transaction.h"
#include "definition/pipeline_texts.h"
#include "run/changes.h"
#include "run/driver_request.h"
#include "run/run.h"

namespace gt {

/// What somebody wants to run. The store gives it an id, a uuid and a number.
struct NewRun {
  std::string pipeline;
  std::string plan_version;  ///< digest, from keep_pipeline()
  JsonObject params;
  RunOptions options;
  Time logical_date{};
  std::string source_digest;
  JsonObject git;
  std::string owner_engine;
  std::string batch = {};  ///< see RunRecord
  std::string trigger = {};
  std::optional<DataInterval> interval = {};
  bool is_served = false;
  std::optional<BackfillId> backfill = {};
  std::string project_version = {};
  /// Names in the pipeline, of which the newest versions are taken.
  std::vector<std::string> assets = {};
};

/// The texts that a run's plan is built from.
struct PipelineVersion {
  std::string digest;
  std::string pipeline;
  std::string path;  ///< of the file, relative to the project's root
  std::string text;
  std::vector<FileText> named = {};  ///< further files, in the order in which they were read
  std::string notify = {};           ///< who is told of its runs, as notify_text() has it
};

struct RunFilter {
  std::optional<std::string> pipeline;
  std::optional<RunState> state;
  std::size_t limit = 50;
  std::optional<std::string> batch = {};
  std::optional<std::string> trigger = {};
  std::optional<RunId> before = {};  ///< only older ones: the next page
};

/// Which runs that have ended are looked for.
struct EndedRunFilter {
  std::string pipeline;
  std::optional<Time> logical_date = {};
  std::optional<Time> since = {};  ///< those that ended then or later
  bool in_any_state = false;       ///< also those that did not succeed
};

struct AttemptRecord {
  AttemptId id;
  std::string outside_name;
  Time opened_at{};
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  std::optional<AttemptFailed> failure;  ///< of an ended one that did not succeed
  std::int64_t memory_bytes = 0;         ///< what it was given; 0: not counted
  std::vector<std::string> gpus = {};    ///< devices that were its own
  Usage usage;
  std::int64_t log_bytes = 0;
};

struct RecordedEvent {
  std::int64_t sequence = 0;
  RunEvent event;
};

/// The engine that drives it lives. False for a run that has ended.
Result<bool> is_driven(Database& database, const RunRecord& run);

class RunStore {
 public:
  /// Keeps a pipeline's texts; equal ones once. Gives the digest of all.
  Result<std::string> keep_pipeline(Transaction& transaction, const PipelineVersion& version,
                                    Time now);
  Result<PipelineVersion> pipeline_version(Transaction& transaction, const std::string& digest);

  Result<RunRecord> create(Transaction& transaction, const NewRun& run, Time now, Entropy& entropy);
  /// A run that succeeded as soon as it began, since nothing has changed since `like`, which has
  /// succeeded and is not of this kind itself. Readers see its tasks as if each had been recorded
  /// as cached.
  Result<RunRecord> create_same(Transaction& transaction, const RunRecord& like, const NewRun& run,
                                Time now, Entropy& entropy);
  /// Makes such a run of one that was created and has not begun.
  Result<void> become_same(Transaction& transaction, RunRecord& run, const RunRecord& like,
                           Time now);
  /// Ends a run that was created and has not begun; a retry begins it. Errc::conflict as commit().
  Result<void> cancel_unbegun(Transaction& transaction, const RunRecord& run, Time now);
  /// Makes `engine` the owner, with a new fence, if the fence is still `fence`. Errc::conflict if
  /// not: somebody else was first. The caller has made sure that the owner is gone.
  Result<std::int64_t> claim(Transaction& transaction, RunId run, std::int64_t fence,
                             const std::string& engine);
  /// Nobody has taken the run over since `fence`.
  Result<bool> is_current(Transaction& transaction, RunId run, std::int64_t fence);
  /// Writes a turn. Errc::conflict when the fence is stale.
  Result<void> commit(Transaction& transaction, RunId run, std::int64_t fence,
                      const RunChanges& changes);
  Result<LoadedRun> load(Transaction& transaction, RunId run);

  /// Asks whoever drives the run; a request for less than an earlier one changes nothing.
  Result<void> request_cancel(Transaction& transaction, RunId run, CancelMode mode);

  /// Asks whoever drives the run; the id is for take_answer().
  Result<std::int64_t> request(Transaction& transaction, RunId run, const DriverRequest& request,
                               Time now);
  /// Those without an answer, oldest first.
  Result<std::vector<RecordedRequest>> open_requests(Transaction& transaction, RunId run);
  /// Empty: it was done; else why not.
  Result<void> answer_request(Transaction& transaction, std::int64_t id, const std::string& answer);
  /// nullopt as long as there is none; with the answer the request is gone. Errc::not_found: it was
  /// withdrawn, and nothing came of it.
  Result<std::optional<std::string>> take_answer(Transaction& transaction, std::int64_t id);
  Result<void> withdraw_request(Transaction& transaction, std::int64_t id);
  Result<void> withdraw_requests(Transaction& transaction, RunId run);
  /// Of a run that is the same as another: its tasks as rows of its own, as readers saw them.
  Result<void> give_own_tasks(Transaction& transaction, RunId run);
  /// Runs that are the same as this one become the same as the first of them.
  Result<void> give_tasks_away(Transaction& transaction, RunId run);

  /// By short name ("flights/12"), number, uuid, unique prefix of a uuid (at least 4 digits), or
  /// "latest". Errc::not_found; Errc::invalid for a prefix of several.
  Result<RunRecord> find(Transaction& transaction, std::string_view name);
  Result<RunRecord> get(Transaction& transaction, RunId run);
  /// Newest first.
  Result<std::vector<RunRecord>> list(Transaction& transaction, const RunFilter& filter);
  /// The runs of a batch, oldest first.
  Result<std::vector<RunRecord>> runs_of_batch(Transaction& transaction, const std::string& batch);
  /// Those that have not ended.
  Result<std::vector<RunRecord>> open_runs(Transaction& transaction);
  /// Of these, those that a trigger has begun by itself, oldest first.
  Result<std::vector<RunRecord>> open_runs_of(Transaction& transaction, const std::string& pipeline,
                                              const std::string& trigger);
  /// Of the same pipeline, those that have not ended and come before it: they have started, or
  /// were recorded earlier and are not paused. Started ones first, then oldest first.
  Result<std::vector<RunRecord>> open_runs_before(Transaction& transaction, const RunRecord& run,
                                                  std::size_t limit);
  /// Those that a backfill has begun and that have not ended, oldest first.
  Result<std::vector<RunRecord>> open_runs_of(Transaction& transaction, BackfillId backfill);
  /// The newest run of a trigger's firing, whoever began it.
  Result<std::optional<RunRecord>> newest_of_firing(Transaction& transaction,
                                                    const std::string& pipeline,
                                                    const std::string& trigger, Time logical_date);
  /// The newest of those that succeeded, else of all.
  Result<std::optional<RunRecord>> find_ended(Transaction& transaction,
                                              const EndedRunFilter& filter);

  Result<std::vector<AttemptRecord>> attempts(Transaction& transaction, RunId run);
  Result<std::vector<AttemptRecord>> attempts(Transaction& transaction, RunId run, TaskIndex task);
  /// nullopt for a task that was never looked up.
  Result<std::optional<TaskManifest>> manifest(Transaction& transaction, RunId run, TaskIndex task);
  Result<std::vector<RecordedEvent>> events(Transaction& transaction, RunId run);

 private:
  Result<LoadedRun> load_same(Transaction& transaction, RunRecord run);
  /// The run that `run` is the same as; nullopt if it has tasks of its own.
  Result<std::optional<RunRecord>> original(Transaction& transaction, RunId run);
};

}  // namespace gt
