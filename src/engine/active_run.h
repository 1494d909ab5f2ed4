/// What the engine knows of a run besides its tasks; shared by the files of the class only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "schedule/claim_rules.h"

namespace gt {

/// A task whose key is known, and not what the cache has for it.
struct Engine::Question {
  TaskIndex task;
  StepKey key;
  std::string path;
  StepManifest manifest;
};

/// The claims of a home as one turn sees and changes them, in the transaction that commits it.
struct Engine::ClaimTurn {
  Transaction writer;
  ClaimBook book;
  bool has_written = false;
  bool has_freed = false;  ///< others may go on
  bool has_looked_for_ended = false;
  std::map<std::string, bool> present;  ///< engines that were asked for
};

struct Engine::ActiveRun {
  /// Under which key the result of an open attempt is to be kept.
  struct WantedKey {
    StepKey key;
    std::shared_ptr<const SourceSet> source;
    std::optional<Duration> expires;
    /// What the key says of connections and variables; nullopt where another engine made it.
    std::optional<Digest> outside = {};
    /// The attempt was given others.
    bool is_outdated = false;
  };

  ActiveRun(LiveRun begun, Selection chosen, std::int64_t with_fence)
      : live(std::move(begun)), selection(std::move(chosen)), fence(with_fence) {}

  /// Forgets what was decided and not committed.
  void forget() {
    to_acknowledge.clear();
    new_manifests.clear();
    waiting_for_environment.clear();
    launches.clear();
    stops.clear();
    refused.clear();
    answers.clear();
    unwatchable.clear();
    watches_anew = true;
    changes = {};
    doubts_waits = doubts_waits || !noted_waits.empty() || !waits_to_note.empty();
    noted_waits.clear();
    waits_to_note.clear();
    waits_to_drop.clear();
    keeps_all_results = false;
    is_late = false;
  }

  bool has_changes() const {
    return !changes.empty() || !answers.empty() || doubts_waits || !waits_to_note.empty() ||
           !waits_to_drop.empty();
  }
  bool is_done() const { return live.is_ended() && answers.empty(); }

  LiveRun live;
  Selection selection;
  std::int64_t fence;
  /// Survives a reload: the facts of an attempt are those of its start.
  std::map<TaskIndex, WantedKey> wanted_keys;
  /// Manifests that the next commit writes.
  std::vector<std::pair<TaskIndex, StepManifest>> new_manifests;
  std::vector<TaskIndex> waiting_for_environment;
  /// Attempts that could not even be prepared; applied in the next turn like any other end.
  std::vector<AttemptEvent> own_events;
  /// What is looked for outside, for which task; the watcher knows the same.
  Watches watches;
  bool watches_anew = true;  ///< the run was resumed from the store
  /// Tasks of which it can't even be said what they wait for; they end in the next turn.
  std::vector<std::pair<TaskIndex, AttemptFailed>> unwatchable;
  std::vector<AttemptId> to_acknowledge;
  /// What the next commit records, and is done after it.
  std::vector<AttemptId> launches;
  std::vector<std::pair<AttemptId, StopRequest>> stops;
  RunChanges changes;
  /// Tasks that are recorded as waiting for what they claim, and whether as ready; what the next
  /// commit makes of that.
  std::map<TaskIndex, bool> noted_waits;
  std::vector<ClaimWait> waits_to_note;
  std::vector<TaskIndex> waits_to_drop;
  /// Tasks that wait for others than their own run, and for which pool; told after the commit.
  std::vector<std::pair<TaskIndex, std::string>> refused;
  bool doubts_waits = false;  ///< a refused commit may have recorded some
  /// To requests in the store, by their ids; written by the next commit.
  std::vector<std::pair<std::int64_t, std::string>> answers;
  std::optional<Time> wake_at;
  bool keeps_all_results = false;
  bool is_lost = false;         ///< another engine owns it
  bool is_queued = false;       ///< begun and not started: it has to wait for others, or is paused
  bool has_told_queue = false;  ///< that it waits for others
  bool is_late = false;         ///< it is queued, and the next commit records that it is late
};

}  // namespace gt
