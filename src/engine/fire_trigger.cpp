#include "engine/fire_trigger.h"

#include <variant>

#include "base/json.h"
#include "base/text.h"
#include "run/paused_pipelines.h"

namespace gt {

namespace {

struct Candidate {
  Firing firing;
  Result<NewRun> run;
};

Json text_of(const std::optional<WrittenTime>& time) {
  if (!time) return {};
  JsonList text = {std::int64_t{time->local.time_since_epoch().count()}};
  if (time->offset) text.emplace_back(std::int64_t{time->offset->count()});
  return text;
}

class ScheduleDecision {
 public:
  ScheduleDecision(const FireParts& parts, const WatchedTrigger& watched,
                   const KeepPipeline& keep_pipeline, Time now)
      : parts_(parts), watched_(watched), keep_pipeline_(keep_pipeline), now_(now) {}

  struct Look {
    Time decided_until;
    bool is_on_record;
    bool is_paused;
  };
  Result<Look> look() {
    auto reader = TRY(parts_.database.begin_read());
    const auto progress =
        TRY(parts_.firings.progress(reader, watched_.pipeline, watched_.trigger.name));
    return Look{decided_by(progress),
                progress && progress->schedule == schedule_text(*watched_.trigger.schedule()),
                TRY(PausedPipelines().is_paused(reader, watched_.pipeline))};
  }

  Result<Fired> write(std::vector<Candidate> candidates) {
    auto writer = TRY(parts_.database.begin_write());
    // Somebody may have paused it since we looked.
    if (TRY(PausedPipelines().is_paused(writer, watched_.pipeline))) return paused();
    const auto progress =
        TRY(parts_.firings.progress(writer, watched_.pipeline, watched_.trigger.name));
    const Time decided = decided_by(progress);
    FiringDecision decision(parts_, watched_.pipeline, watched_.trigger, keep_pipeline_, now_);
    TRY(decision.look(writer));
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Firing& firing = candidates[i].firing;
      // Another server was here since we looked.
      if (firing.at <= decided) continue;
      OpenFiring open{.at = firing.at,
                      .logical_date = firing.logical_date,
                      .interval = DataInterval{firing.interval_start, firing.interval_end},
                      .cause = {},
                      .run = std::move(candidates[i].run)};
      TRY(decision.decide(writer, std::move(open), i + 1 == candidates.size()));
    }
    TRY(parts_.firings.set_progress(
        writer, watched_.pipeline, watched_.trigger.name,
        {schedule_text(*watched_.trigger.schedule()), std::max(decided, now_)}));
    TRY(writer.commit());
    return decision.take();
  }

  static Fired paused() {
    Fired fired;
    fired.is_paused = true;
    return fired;
  }

 private:
  Time decided_by(const std::optional<TriggerProgress>& progress) const {
    if (!progress) return decided_at_first(watched_.schedule, watched_.trigger.catchup, now_);
    // What an edited schedule names in the past is nothing that anybody has waited for.
    if (progress->schedule != schedule_text(*watched_.trigger.schedule()))
      return std::max(progress->decided_until, now_);
    return progress->decided_until;
  }

  const FireParts& parts_;
  const WatchedTrigger& watched_;
  const KeepPipeline& keep_pipeline_;
  const Time now_;
};

}  // namespace

std::string schedule_text(const WrittenSchedule& written) {
  JsonObject text;
  if (const Cron* const cron = std::get_if<Cron>(&written.rule))
    text.set("schedule", cron->text());
  else
    text.set("every", std::int64_t{std::get<Duration>(written.rule).count()});
  text.set("timezone", written.timezone);
  text.set("start", text_of(written.start));
  text.set("end", text_of(written.end));
  if (written.missing) text.set("missing", to_text(*written.missing));
  if (written.duplicate) text.set("duplicate", to_text(*written.duplicate));
  return compact_json(text);
}

Result<Fired> fire_trigger(const FireParts& parts, const WatchedTrigger& watched,
                           const RunOfFiring& run_of, const KeepPipeline& keep_pipeline, Time now) {
  ScheduleDecision decision(parts, watched, keep_pipeline, now);
  const auto look = TRY(decision.look());
  if (look.is_paused) return ScheduleDecision::paused();
  const DueFirings due = due_firings(watched.schedule, watched.trigger.catchup,
                                     watched.trigger.catchup_max, look.decided_until, now);
  std::vector<Candidate> candidates;
  for (const Firing& firing : due.firings) candidates.push_back({firing, run_of(firing)});
  Fired fired;
  if (!look.is_on_record || !candidates.empty() || due.first_missed)
    fired = TRY(decision.write(std::move(candidates)));
  if (fired.is_paused) return fired;
  fired.first_missed = due.first_missed;
  if (const auto next = watched.schedule.next_firing(std::max(look.decided_until, now)))
    fired.next = next->at;
  return fired;
}

}  // namespace gt
