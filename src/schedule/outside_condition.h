/// What a task waits for outside of its run, with all expressions evaluated.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "schedule/live_run.h"
#include "schedule/task_context.h"

namespace gt {

struct FilesWanted {
  std::string glob;
  Duration stable{0};
};

struct RunWanted {
  std::string pipeline;
  /// One of the two is set.
  std::optional<Time> logical_date = {};
  std::optional<Time> since = {};
  /// One that did not succeed is found too.
  bool in_any_state = false;
};

struct AssetWanted {
  std::string asset;  ///< in a pushed project with its name
  /// One of the two is set.
  std::optional<Time> logical_date = {};
  std::optional<Time> since = {};
};

struct HttpWanted {
  WaitMethod method = WaitMethod::get;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< with the texts of secrets
  std::string body = {};
};

struct RowWanted {
  std::string query;
  std::vector<Value> values = {};  ///< of its `?`: null, boolean, number or string each
  std::string database = {};
};

struct OutsideCondition {
  std::variant<FilesWanted, RunWanted, AssetWanted, HttpWanted, RowWanted> what;
  /// From one look to the next, where nothing tells of a change.
  Duration every{0};
  /// Absolute; what relative paths are relative to.
  std::string root = {};
};

/// Of a deferred task that waits for something outside. Errc::invalid for an expression that gives
/// nothing usable, not_found for a secret that nobody set.
Result<OutsideCondition> outside_condition(const LiveRun& run, TaskIndex task,
                                           const OutsideSource& outside);

/// Which runs count, as outside_condition() has it.
Result<RunWanted> run_wanted(const LiveRun& run, TaskIndex task, const WaitRun& wait);

/// Which versions count.
Result<AssetWanted> asset_wanted(const LiveRun& run, TaskIndex task, const WaitAsset& wait);

/// The instant that a field gives. Errc::invalid.
Result<Time> parse_instant(const char* field, const std::string& text);

}  // namespace gt
