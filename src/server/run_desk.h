/// What the server asks of the part of the program that drives runs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calendar/written_schedule.h"
#include "definition/pipeline.h"
#include "run/driver_request.h"
#include "run/project_store.h"
#include "run/run.h"
#include "view/backfill_view.h"

namespace gt {

/// A pipeline that runs may be made of. Immutable.
struct PublishedPipeline {
  std::shared_ptr<const Pipeline> pipeline;
  std::string path;  ///< of its file, relative to the project's root
  /// Of its triggers, in their order; nullopt of events, and where the machine has no rules for the
  /// zone.
  std::vector<std::optional<PlacedSchedule>> schedules;
  std::optional<ProjectVersion> version = {};  ///< of a pushed project
};
using PublishedPipelines = std::map<std::string, std::shared_ptr<const PublishedPipeline>>;

struct AskedRun {
  std::string pipeline;
  JsonObject params;  ///< as given; the rest are defaults
  std::optional<Time> logical_date = {};
  RunOptions options = {};
  /// Equal keys ask for the same run; empty: there is no key.
  std::string idempotency_key = {};
};

struct BegunRun {
  RunRecord run;
  bool is_replay = false;  ///< it was asked for before, under the same key
};

/// As `geartrain backfill` is asked; what it leaves out is empty.
struct AskedBackfill {
  std::string pipeline;
  std::optional<std::string> trigger, from, to, rerun;
  bool reverse = false;
  std::optional<std::int64_t> max_active = {};
  JsonObject params = {};  ///< of all its runs
  std::string by;
};

/// A call that has shown that it knows the secret of a trigger.
struct HeardCall {
  std::string pipeline;
  std::string trigger;
  std::string name;      ///< equal if it comes again
  std::string kind;      ///< what its sender calls it
  std::string delivery;  ///< its sender's name for it
  Json body;
};

struct CallAnswer {
  /// What became of the firing: begun, skipped, refused; ignored: the trigger's `if` does not want
  /// it; known: it came before.
  std::string outcome;
  std::string reason = {};  ///< of one that is skipped or refused
  std::optional<RunRecord> run = {};
};

/// Threads: any; each waits for its answer. Errc::unavailable: the server is about to end.
class RunDesk {
 public:
  virtual ~RunDesk() = default;

  virtual std::shared_ptr<const PublishedPipelines> pipelines() const = 0;
  /// Records a run, which begins at once or waits for its turn. Errors: not_found (no such
  /// pipeline), invalid (parameters, steps), conflict (the key was used for another request).
  virtual Result<BegunRun> begin(AskedRun asked) = 0;
  /// What a trigger makes of a call. Errors: not_found (no such pipeline or trigger any more).
  virtual Result<CallAnswer> call(HeardCall heard) = 0;
  /// The text of a secret of the person who serves. Errc::not_found says where to put it.
  virtual Result<std::string> secret(const std::string& name) const = 0;
  /// Opens an ended run again: what did not succeed is done again. Errors: not_found, conflict.
  virtual Result<void> retry(RunId run, const std::string& who) = 0;
  /// Has tasks done again or marked, or decides about one that waits for a person. Errors:
  /// not_found (of a task), invalid (values of fields), conflict (the run does not permit it now).
  virtual Result<void> change(RunId run, DriverRequest request) = 0;
  /// Records a backfill, whose runs begin as soon as they may; gives it as it was made. Errors:
  /// not_found (no such pipeline, trigger or firing), invalid.
  virtual Result<ShownBackfill> backfill(AskedBackfill asked) = 0;
  /// Nothing new of the run starts until it is resumed. Errors: conflict (it has ended, or is about
  /// to).
  virtual Result<void> pause(RunId run, const std::string& who) = 0;
  /// Errors: conflict (it is not paused).
  virtual Result<void> resume(RunId run, const std::string& who) = 0;
  /// Asks whoever drives the run; ends it if nobody does. Errc::conflict: it has ended.
  virtual Result<void> cancel(RunId run, CancelMode mode, const std::string& who) = 0;
  virtual bool is_ending() const = 0;
};

}  // namespace gt
