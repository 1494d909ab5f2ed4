#include "cli/backfill_text.h"

#include "base/text.h"
#include "cli/counted.h"
#include "cli/run_text.h"
#include "cli/table.h"

namespace gt {

namespace {

/// What came of it, where it has no run to speak of.
TableCell outcome_cell(const BackfillFiring& firing) {
  switch (firing.outcome) {
    case BackfillOutcome::refused:
      return {"refused: " + printable(firing.reason), Tone::bad};
    case BackfillOutcome::begun:
    case BackfillOutcome::kept:
      return {"removed since", Tone::faint};
    default:
      return {to_text(firing.outcome), Tone::faint};
  }
}

}  // namespace

Tone tone_of(BackfillState state) {
  switch (state) {
    case BackfillState::succeeded:
      return Tone::good;
    case BackfillState::failed:
      return Tone::bad;
    case BackfillState::paused:
    case BackfillState::cancelled:
      return Tone::warning;
    case BackfillState::running:
      break;
  }
  return Tone::plain;
}

void print_backfill(Session& session, const ShownBackfill& shown) {
  Console& console = session.console;
  const BackfillRecord& backfill = shown.backfill;
  Table table({"firing", "run", "state", "took"});
  for (const auto& [firing, run] : shown.firings) {
    if (!run) {
      table.add({{format_time(firing.at)}, {"-"}, outcome_cell(firing), {"-"}});
      continue;
    }
    const bool is_kept = firing.outcome == BackfillOutcome::kept;
    table.add(
        {{format_time(firing.at)},
         {run->name(), Tone::strong},
         {fmt::format("{}{}", to_text(run->state), is_kept ? " (kept)" : ""), tone_of(run->state)},
         {time_taken(run->started_at, run->ended_at, session.clock.now())}});
  }
  if (!table.empty()) console.print(table.text(console));
  const std::string counts = shown.counts.text();
  console.print(fmt::format(
      "{} of {} {}, {} to {}: {}\n", console.painted(Tone::strong, backfill.name()),
      backfill.pipeline, backfill.trigger, format_time(backfill.span.start),
      format_time(backfill.span.end),
      console.painted(tone_of(backfill.state), fmt::format("{}{}{}", to_text(backfill.state),
                                                           counts.empty() ? "" : "; ", counts))));
}

}  // namespace gt
