/// Batches as commands have them: `run --each`, `attach --batch`, `retry --batch`.
#pragma once

#include "cli/batch.h"
#include "cli/run_request.h"

namespace gt {

inline constexpr DataShape ended_batch_shape = {
    .text =
        "the run and its tasks, once it has ended; of several runs [{name, state, params, …, "
        "counts: {state: how many tasks}}].",
    .names = "name"};

struct EachRequest {
  std::vector<std::string> axes;
  bool fail_fast = false;
};

void declare(Options& options, EachRequest& request);

/// Records the runs and drives them. Wrong parameters of any are told before one begins.
Result<ExitCode> run_each(Session& session, const Project& project, const RunRequest& request,
                          const EachRequest& each, const OutputForm& output);

/// The batch of a run, for runs that are to be started so. Errc::not_found for one that was alone.
Result<std::vector<BatchRun>> batch_of(Records& records, const RunRecord& run, BatchStart start);

/// Drives recorded runs to their ends, tells them, and gives the exit code of the worst.
Result<ExitCode> drive_batch(Session& session, Records& records, std::vector<BatchRun> runs,
                             const OutputForm& output);

}  // namespace gt
