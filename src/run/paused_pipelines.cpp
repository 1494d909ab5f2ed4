#include "run/paused_pipelines.h"

namespace gt {

Result<std::vector<PausedPipeline>> PausedPipelines::list(Transaction& transaction) {
  std::vector<PausedPipeline> found;
  TRY((transaction.query<std::string, std::string, Time>(
      "SELECT pipeline, paused_by, paused_at FROM paused_pipeline ORDER BY pipeline", {},
      [&](std::string pipeline, std::string by, Time at) {
        found.push_back({std::move(pipeline), std::move(by), at});
      })));
  return found;
}

Result<std::optional<PausedPipeline>> PausedPipelines::find(Transaction& transaction,
                                                            const std::string& pipeline) {
  auto row = TRY((transaction.query_row<std::string, Time>(
      "SELECT paused_by, paused_at FROM paused_pipeline WHERE pipeline = :pipeline", {pipeline})));
  if (!row) return std::optional<PausedPipeline>();
  return std::optional(PausedPipeline{pipeline, std::move(std::get<0>(*row)), std::get<1>(*row)});
}

Result<bool> PausedPipelines::is_paused(Transaction& transaction, const std::string& pipeline) {
  return TRY(find(transaction, pipeline)).has_value();
}

Result<void> PausedPipelines::pause(Transaction& transaction, const PausedPipeline& paused) {
  TRY(transaction.execute(
      "INSERT INTO paused_pipeline (pipeline, paused_by, paused_at) VALUES (:pipeline, :paused_by, "
      ":paused_at) ON CONFLICT DO NOTHING",
      {paused.pipeline, paused.paused_by, paused.paused_at}));
  return {};
}

Result<void> PausedPipelines::resume(Transaction& transaction, const std::string& pipeline) {
  TRY(transaction.execute("DELETE FROM paused_pipeline WHERE pipeline = :pipeline", {pipeline}));
  return {};
}

}  // namespace gt
