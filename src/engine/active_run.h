/// What the engine knows of a run besides its tasks; shared by the files of the class only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace gt {

/// A task whose key is known, and not what the cache has for it.
struct Engine::Question {
  TaskIndex task;
  StepKey key;
  std::string path;
  StepManifest manifest;
};

struct Engine::ActiveRun {
  /// Under which key the result of an open attempt is to be kept.
  struct WantedKey {
    StepKey key;
    std::shared_ptr<const SourceSet> source;
    std::optional<Duration> expires;
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
    answers.clear();
    changes = {};
    keeps_all_results = false;
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
  std::vector<AttemptId> to_acknowledge;
  /// What the next commit records, and is done after it.
  std::vector<AttemptId> launches;
  std::vector<std::pair<AttemptId, StopRequest>> stops;
  RunChanges changes;
  /// To requests in the store, by their ids; written by the next commit.
  std::vector<std::pair<std::int64_t, std::string>> answers;
  std::optional<Time> wake_at;
  bool keeps_all_results = false;
  bool is_lost = false;  ///< another engine owns it
};

}  // namespace gt
