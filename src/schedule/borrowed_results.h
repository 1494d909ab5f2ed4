/// The beginning of a run in which one step alone is executed, on the results of an earlier run.
///
/// What stands before the step, but for setups that it lies behind, is recorded as served from the
/// earlier run, in the transaction that creates the new one; from there on it is a run like any
/// other, which can be taken over and retried. Deciding only: no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "base/digest.h"
#include "base/result.h"
#include "plan/plan.h"
#include "run/changes.h"

namespace gt {

struct ChosenStep {
  StepIndex step = no_step;
  std::optional<std::int32_t> item;  ///< of its matrix; none: all
};

/// "train" or "train[2]". Errc::not_found names the nearest; Errc::invalid for what cannot be
/// executed alone: a step inside a group, and one of `finally`.
Result<ChosenStep> choose_step(const Plan& plan, std::string_view text);

struct EarlierRun {
  const Plan& plan;
  const LoadedRun& loaded;
  std::unordered_set<Digest> missing = {};  ///< artifacts that are not there any more
};

/// The first changes of the new run: all its tasks, of which those before the chosen step are
/// `cached` (or skipped, where the earlier run had skipped them or its results are not needed).
/// Setups that the step lies behind wait to be executed, with their teardowns; other teardowns are
/// skipped.
/// Manifests have reasons and no keys.
///
/// Errc::not_found, with what to do, if a result that the step needs is not there: its step has
/// another name now or did not succeed, an output is new, an artifact was collected. Errc::conflict
/// if it is of another kind now.
Result<RunChanges> begin_on_results(const Plan& plan, const ChosenStep& chosen,
                                    const EarlierRun& earlier, Time now);

}  // namespace gt
