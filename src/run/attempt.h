/// What goes to an executor (Launch) and what comes back (AttemptEvent).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "definition/pipeline.h"
#include "expression/value.h"
#include "run/task.h"

namespace gt {

/// One result of a task: null (optional and missing), an Artifact, or a JSON value.
using OutputValue = Value;

struct InputPlacement {
  std::string path;  ///< below the attempt's folder: "inputs/<name>/<file name>"
  Digest digest;
  bool is_folder = false;
  bool copy = false;  ///< the step may change it
};

struct OutputExpectation {
  std::string name;
  std::variant<ArtifactType, ValueType> type = ArtifactType::file;
  std::string path;  ///< below the attempt's `outputs/`; empty for a value
  bool is_folder = false;
  bool optional = false;
};

/// All that an executor needs to start an attempt; made after the commit that recorded it, from the
/// Plan and the run's state alone, so that it can be made again after a crash.
///
/// The attempt's folder as the step sees it: inputs/<name>/<file>, outputs/<path>, values (the file
/// named by $GEARTRAIN_VALUES), tmp/ ($TMPDIR).
struct Launch {
  AttemptId attempt;
  std::string outside_name;  ///< gt-<12 hex>-<task>-<attempt>, a DNS label; the idempotency key
  std::string task_path;     ///< "candidates[2].train": for people
  std::variant<std::vector<std::string>, std::string> command;  ///< argv, or a script for bash
  /// Declared variables and GEARTRAIN_*; the executor adds what is always passed.
  std::vector<std::pair<std::string, std::string>> variables;
  std::optional<PythonEnvironment> python;
  std::string project_root;       ///< absolute; what `python` names is below it
  std::string working_directory;  ///< absolute
  std::vector<InputPlacement> inputs;
  std::vector<OutputExpectation> outputs;
  std::vector<std::string> masks;  ///< texts of secrets, never to appear in the log
  std::optional<Duration> timeout;
  double cpu = 1;
  std::int64_t memory_bytes = 0;
};

/// gt-<last 12 hex digits of the run's uuid>-<task>-<attempt>: the first digits of a UUIDv7 are the
/// time, so only the last ones tell runs of one millisecond apart.
std::string outside_name(const std::string& run_uuid, const AttemptId& attempt);

struct Usage {
  std::int64_t peak_memory_bytes = 0;
  Duration cpu_user{0};
  Duration cpu_system{0};
};

struct AttemptStarted {
  Time at;
};

struct AttemptSucceeded {
  std::vector<OutputValue> outputs;  ///< in the order of Launch::outputs
};

struct AttemptFailed {
  Cause cause = Cause::internal;
  std::string message;
  std::optional<int> exit_code;
  std::optional<int> signal;
};

struct AttemptEnded {
  Time at;
  std::variant<AttemptSucceeded, AttemptFailed> outcome;
  Usage usage;
  std::int64_t log_bytes = 0;
};

struct AttemptEvent {
  AttemptId attempt;
  std::variant<AttemptStarted, AttemptEnded> what;
};

}  // namespace gt
