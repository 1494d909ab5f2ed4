/// What runs that a server begins now are made of.
#pragma once

#include <string>

#include "cli/records.h"
#include "cli/served_project.h"
#include "cli/wiring.h"

namespace gt {

/// Looks at the project's files once, for all runs that it makes. Threads: the main one.
class NewRuns {
 public:
  NewRuns(Session& session, Records& records, Workshop& workshop, const ServedPipeline& served)
      : session_(session), records_(records), workshop_(workshop), served_(served) {}

  /// With parameters that are bound already.
  Result<NewRun> of(JsonObject params);
  /// Gives the digest of the pipeline's texts.
  Result<std::string> keep_pipeline(Transaction& writer);

 private:
  Result<void> look();

  Session& session_;
  Records& records_;
  Workshop& workshop_;
  const ServedPipeline& served_;
  std::string source_digest_;
  JsonObject git_;
};

}  // namespace gt
