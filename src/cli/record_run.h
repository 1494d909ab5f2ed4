/// The rows of runs that are about to begin.
#pragma once

#include <functional>
#include <vector>

#include "cli/run_request.h"
#include "cli/wiring.h"

namespace gt {

/// The project's files and git's word of them, as they are now.
struct SourceNow {
  std::string digest;
  JsonObject git;
  std::string project_version = {};  ///< see RunRecord
};
/// Keeps what is new of the files.
Result<SourceNow> look_at_source(Records& records, Workshop& workshop);

/// The same of a version that was pushed, with git's word of it from then, or of the folder without
/// one. Errc::not_found: the version's files are gone.
Result<SourceNow> source_of(Records& records, Workshop& workshop,
                            const std::optional<ProjectVersion>& version);

/// The texts of the pipeline; gives the digest of all.
Result<std::string> keep_pipeline(Records& records, Transaction& writer,
                                  const PipelineSource& source, Time now);

struct RunToRecord {
  JsonObject params;
  RunOptions options;
};

/// Records them as one batch, all or none: with pipeline, source and git facts, owned by the
/// workshop's engine. In the order given.
Result<std::vector<RunRecord>> record_batch(Session& session, Records& records, Workshop& workshop,
                                            const PipelineSource& source,
                                            std::vector<RunToRecord> wanted);

/// The same of one run that stands alone. `more` is written in the same transaction.
Result<RunRecord> record_run(
    Session& session, Records& records, Workshop& workshop, const PreparedRun& prepared,
    const RunOptions& options,
    const std::function<Result<void>(Transaction&, const RunRecord&)>& more = {});

}  // namespace gt
