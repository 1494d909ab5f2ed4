/// What differs between two runs: what they were asked for, what they were made of, what they gave
/// and how long it took.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/metrics.h"
#include "cli/records.h"
#include "source/source_archive.h"
#include "view/run_view.h"

namespace gt {

/// Something that one of the runs may not have.
template <typename T>
struct FromTo {
  std::optional<T> from, to;
};

struct ParameterDifference {
  std::string name;
  FromTo<Json> value;
};

struct FileDifference {
  std::string path;
  FromTo<Digest> content;
  /// nullopt where a content is not kept, or is no text.
  std::optional<std::string> patch;
};

/// A fact that tasks of both runs were looked up by: "package pandas: 2.1 → 2.2".
struct FactDifference {
  std::string change;
  std::vector<std::string> tasks;
};

struct MetricDifference {
  std::string label;
  FromTo<double> value;
};

/// All tasks of a step.
struct StepSide {
  std::string states;            ///< "succeeded", "3 succeeded, 1 cached"
  std::optional<Duration> took;  ///< of what was executed, added up; nullopt: nothing was
};

struct StepDifference {
  std::string step;
  FromTo<StepSide> side;
};

struct RunDifference {
  std::vector<ParameterDifference> parameters;
  std::string pipeline_patch;
  /// nullopt where the files of a run are not kept, though they differ.
  std::optional<std::vector<FileDifference>> source;
  std::vector<FactDifference> environment, inputs, other;
  std::vector<MetricDifference> metrics;
  std::vector<StepDifference> steps;  ///< all of them; they never make runs different

  /// Whether anything but the time differs.
  bool is_any() const;
};

struct ComparedRun {
  RunView view;
  PipelineVersion pipeline;
};

Result<RunDifference> compare_runs(Records& records, Transaction& reader, FolderBlobs& blobs,
                                   const ComparedRun& from, const ComparedRun& to, Time now);

}  // namespace gt
