/// A run as OpenLineage events (spec 2-0-2 of openlineage.io): what ran, and which data it read and
/// made. Pure.
///
/// The pipeline is a job, and so is each of its steps (`flights.train`); a run is a run of the
/// first, each task one of the others with that as its parent. Artifacts are datasets, named
/// `flights/train.model`, with their digest as their version.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "view/run_view.h"

namespace gt {

struct LineageNames {
  std::string namespace_name;  ///< of jobs and datasets
  std::string version;         ///< of Geartrain
};

/// As it begins.
JsonObject lineage_start(const RunRecord& run, const LineageNames& names);

/// Of a run that has ended: start and end of each task that was executed or served from the cache,
/// in the order of their ends, then the end of the run.
std::vector<JsonObject> lineage_of(const RunView& view, const LineageNames& names);

}  // namespace gt
