#include "engine/fire_trigger.h"

#include <variant>

#include "base/json.h"
#include "base/text.h"

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

class Decision {
 public:
  Decision(const FireParts& parts, const WatchedTrigger& watched, const KeepPipeline& keep_pipeline,
           Time now)
      : parts_(parts), watched_(watched), keep_pipeline_(keep_pipeline), now_(now) {}

  struct Look {
    Time decided_until;
    bool is_on_record;
  };
  Result<Look> look() {
    auto reader = TRY(parts_.database.begin_read());
    const auto progress =
        TRY(parts_.firings.progress(reader, watched_.pipeline, watched_.trigger.name));
    return Look{decided_by(progress),
                progress && progress->schedule == schedule_text(watched_.trigger)};
  }

  Result<Fired> write(std::vector<Candidate> candidates) {
    auto writer = TRY(parts_.database.begin_write());
    const auto progress =
        TRY(parts_.firings.progress(writer, watched_.pipeline, watched_.trigger.name));
    const Time decided = decided_by(progress);
    open_ = TRY(parts_.runs.open_runs_of(writer, watched_.pipeline, watched_.trigger.name));
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      // Another server was here since we looked.
      if (candidates[i].firing.at <= decided) continue;
      const bool is_last = i + 1 == candidates.size();
      TRY(decide(writer, candidates[i], is_last));
    }
    TRY(parts_.firings.set_progress(writer, watched_.pipeline, watched_.trigger.name,
                                    {schedule_text(watched_.trigger), std::max(decided, now_)}));
    TRY(writer.commit());
    return std::move(fired_);
  }

 private:
  Time decided_by(const std::optional<TriggerProgress>& progress) const {
    if (!progress) return decided_at_first(watched_.schedule, watched_.trigger.catchup, now_);
    // What an edited schedule names in the past is nothing that anybody has waited for.
    if (progress->schedule != schedule_text(watched_.trigger))
      return std::max(progress->decided_until, now_);
    return progress->decided_until;
  }

  Result<void> decide(Transaction& writer, Candidate& candidate, bool is_last) {
    const Firing& firing = candidate.firing;
    if (!candidate.run) {
      const Error& refusal = candidate.run.error();
      return add(writer, firing, FiringOutcome::refused, refusal.message, std::nullopt);
    }
    const Overlap overlap = watched_.trigger.overlap;
    if (overlap == Overlap::skip && !open_.empty())
      return add(writer, firing, FiringOutcome::skipped,
                 fmt::format("{} had not ended", open_.front().name()), std::nullopt);
    if (overlap == Overlap::replace) {
      if (!is_last)
        return add(writer, firing, FiringOutcome::skipped, "a later firing came with it",
                   std::nullopt);
      TRY(replace_open(writer));
    }
    NewRun wanted = *std::move(candidate.run);
    if (version_.empty()) version_ = TRY(keep_pipeline_(writer));
    wanted.plan_version = version_;
    wanted.trigger = watched_.trigger.name;
    wanted.logical_date = firing.logical_date;
    wanted.interval = DataInterval{firing.interval_start, firing.interval_end};
    RunRecord run = TRY(parts_.runs.create(writer, wanted, now_, parts_.entropy));
    TRY(add(writer, firing, FiringOutcome::begun, "", run.id));
    open_.push_back(run);
    fired_.runs.push_back(std::move(run));
    return {};
  }

  Result<void> replace_open(Transaction& writer) {
    for (const RunRecord& run : open_) {
      if (run.cancel != CancelMode::none) continue;
      TRY(parts_.runs.request_cancel(writer, run.id, CancelMode::terminate));
      fired_.replaced.push_back(run);
    }
    return {};
  }

  Result<void> add(Transaction& writer, const Firing& firing, FiringOutcome outcome,
                   std::string reason, std::optional<RunId> run) {
    RecordedFiring recorded{.pipeline = watched_.pipeline,
                            .trigger = watched_.trigger.name,
                            .at = firing.at,
                            .outcome = outcome,
                            .reason = std::move(reason),
                            .run = run,
                            .recorded_at = now_};
    TRY(parts_.firings.add(writer, recorded));
    if (!run) fired_.without_run.push_back(std::move(recorded));
    return {};
  }

  const FireParts& parts_;
  const WatchedTrigger& watched_;
  const KeepPipeline& keep_pipeline_;
  const Time now_;
  std::vector<RunRecord> open_;
  std::string version_;
  Fired fired_;
};

}  // namespace

std::string schedule_text(const Trigger& trigger) {
  const WrittenSchedule& written = trigger.schedule;
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
  Decision decision(parts, watched, keep_pipeline, now);
  const auto look = TRY(decision.look());
  const DueFirings due = due_firings(watched.schedule, watched.trigger.catchup,
                                     watched.trigger.catchup_max, look.decided_until, now);
  std::vector<Candidate> candidates;
  for (const Firing& firing : due.firings) candidates.push_back({firing, run_of(firing)});
  Fired fired;
  if (!look.is_on_record || !candidates.empty() || due.first_missed)
    fired = TRY(decision.write(std::move(candidates)));
  fired.first_missed = due.first_missed;
  if (const auto next = watched.schedule.next_firing(std::max(look.decided_until, now)))
    fired.next = next->at;
  return fired;
}

}  // namespace gt
