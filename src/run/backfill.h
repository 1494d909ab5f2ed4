/// Firings of a trigger in a stretch of the past that are to have runs: one object with progress.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "run/run.h"

namespace gt {

enum class BackfillState : std::uint8_t {
  running,
  paused,     ///< its runs go on, no other begins
  cancelled,  ///< no other begins, and those that go on are asked to end
  succeeded,  ///< each of its firings was kept, or has a run that succeeded
  failed,
};

/// What becomes of a firing that has a run already.
enum class Rerun : std::uint8_t {
  none,    ///< it is left alone
  failed,  ///< it has another run if its newest one has ended without success
  all,     ///< it has another run
};

enum class BackfillOutcome : std::uint8_t {
  waiting,
  begun,      ///< it has a run of this backfill
  kept,       ///< the run that it had counts
  refused,    ///< it could have no run; the reason says why
  cancelled,  ///< before it had a run
};

const char* to_text(BackfillState state);
const char* to_text(Rerun rerun);
const char* to_text(BackfillOutcome outcome);
std::optional<BackfillState> parse_backfill_state(std::string_view text);
std::optional<Rerun> parse_rerun(std::string_view text);
std::optional<BackfillOutcome> parse_backfill_outcome(std::string_view text);
inline bool is_ended(BackfillState state) {
  return state == BackfillState::succeeded || state == BackfillState::failed;
}

/// "backfill/3".
std::string backfill_name(BackfillId id);

/// What somebody wants. The store gives it an id.
struct NewBackfill {
  std::string pipeline;
  std::string trigger;
  DataInterval span;  ///< the firings in [start, end)
  std::int64_t max_active = 1;
  Rerun rerun = Rerun::none;
  bool reverse = false;              ///< the newest firing first
  JsonObject params;                 ///< count more than those of the trigger
  std::string plan_version;          ///< by which all its runs are made
  std::string project_version = {};  ///< see RunRecord
  std::string created_by;
  std::string owner_engine = {};
};

struct BackfillRecord : NewBackfill {
  BackfillId id = 0;
  BackfillState state = BackfillState::running;
  Time created_at{};
  /// When the last of its runs had ended; a cancelled one may still have runs before.
  std::optional<Time> ended_at = {};

  std::string name() const { return backfill_name(id); }
};

struct BackfillFiring {
  std::int64_t number = 0;  ///< the order in which they have runs, from 1
  Time at{};                ///< and the logical date of its run
  DataInterval interval{};
  BackfillOutcome outcome = BackfillOutcome::waiting;
  std::string reason = {};        ///< of a refused one
  std::optional<RunId> run = {};  ///< of one that was begun or kept; may have been removed since
};

/// How many firings are how far.
struct BackfillCounts {
  std::int64_t waiting = 0, active = 0, succeeded = 0, failed = 0, cancelled = 0, kept = 0,
               refused = 0;

  std::int64_t total() const {
    return waiting + active + succeeded + failed + cancelled + kept + refused;
  }
  /// "3 succeeded, 1 failed, 8 waiting".
  std::string text() const;
};

/// Whether a firing is to have a run, by the newest one that it has had.
bool wants_run(Rerun rerun, const std::optional<RunRecord>& newest);

}  // namespace gt
