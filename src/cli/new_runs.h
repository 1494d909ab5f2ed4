/// What runs that a server begins now are made of.
#pragma once

#include <optional>
#include <string>

#include "cli/record_run.h"
#include "cli/served_project.h"

namespace gt {

/// Looks at the project's files once, for all runs that it makes. Threads: the main one.
class NewRuns {
 public:
  NewRuns(Session& session, Records& records, Workshop& workshop, const ServedPipeline& served)
      : session_(session), records_(records), workshop_(workshop), served_(served) {}

  /// With parameters that are bound already.
  Result<NewRun> of(JsonObject params);
  /// Gives the digest of the pipeline's texts.
  Result<std::string> keep_pipeline(Transaction& writer) {
    return gt::keep_pipeline(records_, writer, served_.source, session_.clock.now());
  }

 private:
  Session& session_;
  Records& records_;
  Workshop& workshop_;
  const ServedPipeline& served_;
  std::optional<SourceNow> files_;
};

}  // namespace gt
