#include "schedule/trigger_rule.h"

#include "base/result.h"

namespace gt {

void UpstreamCounts::add(TaskState ended) {
  switch (ended) {
    case TaskState::succeeded:
    case TaskState::cached:
      ++succeeded;
      return;
    case TaskState::failed:
    case TaskState::cancelled:
      ++failed;
      return;
    case TaskState::upstream_failed:
      ++upstream_failed;
      return;
    case TaskState::skipped:
      ++skipped;
      return;
    default:
      GT_CHECK(false, "only ended instances are counted");
  }
}

Verdict judge(TriggerRule rule, const UpstreamCounts& counts, const UpstreamCounts& setups) {
  const bool done = counts.done() >= counts.total;
  const bool any_failed = counts.failed > 0 || counts.upstream_failed > 0;
  const bool any_succeeded = counts.succeeded > 0;
  const bool any_skipped = counts.skipped > 0;
  const auto when_done = [done](Verdict verdict) { return done ? verdict : Verdict::wait; };

  switch (rule) {
    case TriggerRule::always:
      return Verdict::run;
    case TriggerRule::all_success:
      if (any_failed) return Verdict::upstream_failed;
      // Airflow skips at the first skipped task; then a failure that comes later makes no
      // difference, and the task's state depends on who is faster. Waiting for the rest makes it
      // the same every time.
      return when_done(any_skipped ? Verdict::skip : Verdict::run);
    case TriggerRule::all_failed:
      if (any_succeeded || any_skipped) return Verdict::skip;
      return when_done(Verdict::run);
    case TriggerRule::all_done:
      return when_done(Verdict::run);
    case TriggerRule::all_done_setup_success:
      if (setups.total == 0 || setups.succeeded > 0) return when_done(Verdict::run);
      return when_done(setups.skipped == setups.total ? Verdict::skip : Verdict::upstream_failed);
    case TriggerRule::all_done_min_one_success:
      if (any_skipped) return Verdict::skip;
      if (counts.total == 0) return Verdict::run;
      return when_done(any_succeeded ? Verdict::run : Verdict::upstream_failed);
    case TriggerRule::all_skipped:
      if (any_succeeded || any_failed) return Verdict::skip;
      return when_done(Verdict::run);
    case TriggerRule::none_failed:
      if (any_failed) return Verdict::upstream_failed;
      return when_done(Verdict::run);
    case TriggerRule::none_failed_min_one_success:
      if (any_failed) return Verdict::upstream_failed;
      if (counts.total > 0 && counts.skipped == counts.total) return Verdict::skip;
      return when_done(Verdict::run);
    case TriggerRule::none_skipped:
      if (any_skipped) return Verdict::skip;
      return when_done(Verdict::run);
    case TriggerRule::one_done:
      if (any_succeeded || counts.failed > 0 || counts.total == 0) return Verdict::run;
      return when_done(Verdict::skip);
    case TriggerRule::one_failed:
      if (any_failed || counts.total == 0) return Verdict::run;
      return when_done(Verdict::skip);
    case TriggerRule::one_success:
      if (any_succeeded || counts.total == 0) return Verdict::run;
      return when_done(any_failed ? Verdict::upstream_failed : Verdict::skip);
  }
  return Verdict::wait;
}

}  // namespace gt
