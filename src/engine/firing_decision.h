/// What becomes of firings, whatever they come from: a run, or a line that says why there is none.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "db/database.h"
#include "definition/pipeline.h"
#include "run/firing_store.h"
#include "run/run_store.h"

namespace gt {

/// In the transaction that writes the runs, before them; gives the digest of the pipeline's texts.
using KeepPipeline = std::function<Result<std::string>(Transaction& writer)>;

struct FireParts {
  Database& database;
  RunStore& runs;
  FiringStore& firings;
  Entropy& entropy;
};

/// What one look at a trigger has come to.
struct Fired {
  std::vector<RunRecord> runs;              ///< new ones, oldest first
  std::vector<RunRecord> replaced;          ///< earlier ones that have been asked to end
  std::vector<RecordedFiring> without_run;  ///< skipped and refused ones
  std::optional<Time> first_missed = {};    ///< firings from here on passed without a run
  std::optional<Time> next = {};            ///< of the firing that is to come, if that is known
  /// Of a schedule: so nothing was decided, and is when the pipeline is resumed.
  bool is_paused = false;
};

/// A firing that is to be decided.
struct OpenFiring {
  Time at{};  ///< unlike those of the trigger's other firings
  Time logical_date{};
  std::optional<DataInterval> interval = {};
  JsonObject cause = {};  ///< of an event
  /// Without trigger, interval, logical date and version. An error is why it has none.
  Result<NewRun> run;
};

/// Of one trigger, in one transaction. Threads: one.
class FiringDecision {
 public:
  /// All given outlive it.
  FiringDecision(const FireParts& parts, std::string pipeline, const Trigger& trigger,
                 const KeepPipeline& keep_pipeline, Time now)
      : parts_(parts),
        pipeline_(std::move(pipeline)),
        trigger_(trigger),
        keep_pipeline_(keep_pipeline),
        now_(now) {}

  /// Before the first decision.
  Result<void> look(Transaction& writer);
  /// By the trigger's `overlap`. Of a paused pipeline, it is skipped. `is_last`: no later firing
  /// comes with it.
  Result<void> decide(Transaction& writer, OpenFiring firing, bool is_last);
  /// What the decisions have come to; after the commit.
  Fired take() { return std::move(fired_); }

 private:
  Result<void> replace_open(Transaction& writer);
  Result<void> add(Transaction& writer, const OpenFiring& firing, FiringOutcome outcome,
                   std::string reason, std::optional<RunId> run);

  const FireParts& parts_;
  const std::string pipeline_;
  const Trigger& trigger_;
  const KeepPipeline& keep_pipeline_;
  const Time now_;
  std::vector<RunRecord> open_;
  bool is_paused_ = false;
  std::string version_;
  Fired fired_;
};

}  // namespace gt
