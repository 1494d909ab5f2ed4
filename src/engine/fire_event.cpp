#include "engine/fire_event.h"

#include <algorithm>
#include <variant>

#include "base/json.h"

namespace gt {

namespace {

/// How far a trigger may be behind of what is recorded as heard, where nothing concerned it: less
/// is only looked at again by the next server.
constexpr std::int64_t unrecorded_max = 1000;

struct Candidate {
  RecordedRunEnd end;
  RunRecord run;
  Result<NewRun> wanted;
};

RunState state_of(RunEnd end) {
  switch (end) {
    case RunEnd::succeeded:
      return RunState::succeeded;
    case RunEnd::failed:
      return RunState::failed;
    case RunEnd::cancelled:
      return RunState::cancelled;
  }
  return RunState::succeeded;
}

class RunEndDecision {
 public:
  RunEndDecision(const FireParts& parts, const EventTrigger& watched,
                 const KeepPipeline& keep_pipeline, Time now)
      : parts_(parts),
        watched_(watched),
        rule_(std::get<RunEndRule>(watched.trigger.rule)),
        keep_pipeline_(keep_pipeline),
        now_(now) {}

  struct Look {
    std::int64_t recorded = 0;  ///< as heard
    std::int64_t last = 0;      ///< of all ends
    bool is_on_record = false;
    std::vector<Candidate> candidates;
  };

  Result<Look> look(std::int64_t heard, const RunOfRunEnd& run_of) {
    auto reader = TRY(parts_.database.begin_read());
    Look look;
    look.last = TRY(ends_.last(reader));
    const auto progress = TRY(ends_.progress(reader, watched_.pipeline, watched_.trigger.name));
    look.is_on_record = progress && progress->rule == rule_text();
    // What ended before it was watched is nothing that anybody has waited for.
    if (!look.is_on_record) return look;
    look.recorded = progress->heard;
    for (const RecordedRunEnd& end :
         TRY(ends_.list(reader, rule_.pipeline, std::max(heard, progress->heard)))) {
      const auto is_it = [&](RunEnd wanted) { return state_of(wanted) == end.state; };
      if (!std::ranges::any_of(rule_.states, is_it)) continue;
      RunRecord run = TRY(parts_.runs.get(reader, end.run));
      run.state = end.state;
      auto wanted = run_of(run);
      if (!wanted)
        look.candidates.push_back({end, std::move(run), wanted.error()});
      else if (*wanted)
        look.candidates.push_back({end, std::move(run), **std::move(wanted)});
    }
    return look;
  }

  Result<Fired> write(Look look) {
    auto writer = TRY(parts_.database.begin_write());
    const auto progress = TRY(ends_.progress(writer, watched_.pipeline, watched_.trigger.name));
    const bool is_watched = progress && progress->rule == rule_text();
    FiringDecision decision(parts_, watched_.pipeline, watched_.trigger, keep_pipeline_, now_);
    TRY(decision.look(writer));
    for (std::size_t i = 0; i < look.candidates.size() && is_watched; ++i) {
      Candidate& one = look.candidates[i];
      // Another server was here since we looked.
      if (one.end.sequence <= progress->heard) continue;
      const Time at =
          TRY(parts_.firings.next_at(writer, watched_.pipeline, watched_.trigger.name, now_));
      OpenFiring firing{.at = at,
                        .logical_date = one.run.logical_date,
                        .interval = one.run.interval,
                        .cause = {{"run", one.run.name()}, {"state", to_text(one.end.state)}},
                        .run = std::move(one.wanted)};
      TRY(decision.decide(writer, std::move(firing), i + 1 == look.candidates.size()));
    }
    const std::int64_t heard = is_watched ? std::max(progress->heard, look.last) : look.last;
    TRY(ends_.set_progress(writer, watched_.pipeline, watched_.trigger.name, {rule_text(), heard}));
    TRY(writer.commit());
    return decision.take();
  }

 private:
  std::string rule_text() const {
    JsonList states;
    for (const RunEnd end : rule_.states) states.emplace_back(to_text(end));
    return compact_json(JsonObject{{"pipeline", rule_.pipeline}, {"states", std::move(states)}});
  }

  const FireParts& parts_;
  const EventTrigger& watched_;
  const RunEndRule& rule_;
  const KeepPipeline& keep_pipeline_;
  const Time now_;
  RunEndStore ends_;
};

}  // namespace

Result<FiredRunEnds> fire_run_ends(const FireParts& parts, const EventTrigger& watched,
                                   std::int64_t heard, const RunOfRunEnd& run_of,
                                   const KeepPipeline& keep_pipeline, Time now) {
  RunEndDecision decision(parts, watched, keep_pipeline, now);
  auto look = TRY(decision.look(heard, run_of));
  FiredRunEnds result{.fired = {}, .heard = look.last};
  const bool is_far_behind = look.last - look.recorded > unrecorded_max;
  if (!look.is_on_record || !look.candidates.empty() || is_far_behind)
    result.fired = TRY(decision.write(std::move(look)));
  return result;
}

Result<FiredEvent> fire_event(const FireParts& parts, const EventTrigger& watched, ToldEvent event,
                              const KeepPipeline& keep_pipeline, Time now) {
  const std::string& trigger = watched.trigger.name;
  auto writer = TRY(parts.database.begin_write());
  if (!TRY(HeardEvents().add(writer, watched.pipeline, trigger, event.name, now)))
    return FiredEvent{.fired = {}, .is_known = true};
  FiringDecision decision(parts, watched.pipeline, watched.trigger, keep_pipeline, now);
  TRY(decision.look(writer));
  const Time at = TRY(parts.firings.next_at(writer, watched.pipeline, trigger, now));
  OpenFiring firing{.at = at,
                    .logical_date = now,
                    .interval = {},
                    .cause = std::move(event.cause),
                    .run = std::move(event.run)};
  TRY(decision.decide(writer, std::move(firing), true));
  TRY(writer.commit());
  return FiredEvent{.fired = decision.take(), .is_known = false};
}

}  // namespace gt
