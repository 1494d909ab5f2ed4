/// What `run` and `plan` are asked to do: options, and what they mean for a pipeline.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/pipeline_source.h"
#include "plan/plan.h"
#include "plan/selection.h"
#include "run/run.h"

namespace gt {

struct RunRequest {
  std::optional<std::string> file, param_file;
  std::vector<std::string> params;
  /// Of an earlier run: they count less than all that is given, and those that the pipeline does
  /// not have any more are left out.
  JsonObject earlier_params;
  RunOptions options;
};

void declare(Options& options, RunRequest& request);
/// Parameters and the pipeline file only.
void declare_definition(Options& options, RunRequest& request);

/// The texts that a request is made of, each read once.
struct RequestTexts {
  PipelineText pipeline;
  std::optional<std::string> param_file;
};

Result<RequestTexts> read_request(const Session& session, const Project& project,
                                  const RunRequest& request);

/// Of a parameter file; nullopt when it has problems, which are told.
std::optional<JsonObject> values_of_file(Session& session, const std::string& given,
                                         const std::string& text);

struct PreparedRun {
  PipelineSource source;
  std::shared_ptr<const Plan> plan;
  Selection selection;
};

/// Either what to do, or the code to end with after the problems were told.
struct Preparation {
  std::optional<PreparedRun> run;
  ExitCode code = ExitCode::ok;
};

Result<Preparation> prepare(Session& session, RequestTexts texts, const RunRequest& request);

/// The same selection from what a run has recorded.
Result<Selection> selection_of(const Plan& plan, const RunOptions& options);

}  // namespace gt
