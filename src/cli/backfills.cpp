#include "cli/backfills.h"

#include <algorithm>

#include "base/text.h"
#include "cli/firing_params.h"
#include "cli/record_run.h"
#include "cli/records.h"
#include "definition/pipeline_assets.h"
#include "view/run_view.h"

namespace gt {

namespace {

/// Nobody rings for a geartrain that died.
constexpr Duration look_interval = std::chrono::seconds(10);
/// A run that another geartrain drives takes a place until it ends, which we hear by looking.
constexpr Duration wait_interval = std::chrono::seconds(1);

}  // namespace

struct Backfills::Driven {
  BackfillRecord backfill;
  std::shared_ptr<const Pipeline> pipeline;
  const Trigger* trigger = nullptr;  ///< of the pipeline
  bool may_begin = true;             ///< so the project's files are looked at before
  bool waits_for_others = false;     ///< a run of it is driven elsewhere
};

Backfills::Backfills(Session& session, Records& records, Workshop& workshop, BackfillTalk talk,
                     std::optional<BackfillId> only)
    : session_(session),
      records_(records),
      workshop_(workshop),
      talk_(std::move(talk)),
      only_(only),
      active_(workshop, records.runs, talk_.say) {}

Backfills::~Backfills() = default;

Result<void> Backfills::go_on() {
  take_ended();
  const Duration now = session_.clock.steady();
  if (!has_news_ && now - looked_at_ < interval()) return {};
  if (!is_stopping_) TRY(take_up());
  has_news_ = false;
  looked_at_ = now;
  std::vector<BackfillId> ended;
  for (const auto& [id, driven] : driven_) {
    const auto turned = turn(*driven);
    if (!turned && turned.error().code == Errc::conflict) {
      talk_.say(turned.error().message);
      ended.push_back(id);
      continue;
    }
    TRY(turned);
    if (driven->backfill.ended_at) ended.push_back(id);
  }
  for (const BackfillId id : ended) driven_.erase(id);
  return {};
}

Duration Backfills::interval() const {
  if (has_news_) return Duration(0);
  return std::ranges::any_of(driven_,
                             [](const auto& entry) { return entry.second->waits_for_others; })
             ? wait_interval
             : look_interval;
}

Result<void> Backfills::take_up() {
  std::vector<BackfillRecord> open;
  {
    auto reader = TRY(records_.database->begin_read());
    open = TRY(backfills_.open(reader));
  }
  for (const BackfillRecord& backfill : open) {
    if (driven_.contains(backfill.id) || (only_ && *only_ != backfill.id)) continue;
    const bool is_own = backfill.owner_engine == workshop_.engine_id();
    if (!is_own && !backfill.owner_engine.empty()) {
      const bool has_owner = TRY(records_.database->is_present(backfill.owner_engine));
      if (has_owner) continue;
    }
    const bool has_taken = TRY(take_up(backfill));
    if (has_taken && !is_own && !only_)
      talk_.say(fmt::format("going on with {} of {}", backfill.name(), backfill.pipeline));
  }
  return {};
}

/// False: another geartrain was first.
Result<bool> Backfills::take_up(const BackfillRecord& backfill) {
  auto driven = std::make_unique<Driven>();
  {
    RunRecord like;
    like.pipeline = backfill.pipeline;
    like.plan_version = backfill.plan_version;
    auto reader = TRY(records_.database->begin_read());
    driven->pipeline = TRY(recorded_pipeline(records_.runs, reader, like));
  }
  auto writer = TRY(records_.database->begin_write());
  const auto claimed =
      backfills_.claim(writer, backfill.id, backfill.owner_engine, workshop_.engine_id());
  if (!claimed && claimed.error().code == Errc::conflict) return false;
  TRY(claimed);
  TRY(writer.commit());
  const auto& triggers = driven->pipeline->triggers;
  const auto trigger = std::ranges::find(triggers, backfill.trigger, &Trigger::name);
  GT_CHECK(trigger != triggers.end(), "a backfill is of a trigger of its pipeline");
  driven->trigger = &*trigger;
  driven->backfill = backfill;
  driven_[backfill.id] = std::move(driven);
  return true;
}

Result<NewRun> Backfills::look(const BackfillRecord& backfill) {
  std::optional<ProjectVersion> version;
  if (!backfill.project_version.empty()) {
    auto reader = TRY(records_.database->begin_read());
    version = TRY(ProjectStore().version(reader, std::string_view(backfill.project_version)));
  } else {
    workshop_.facts().look_again();
  }
  SourceNow files = TRY(source_of(records_, workshop_, version));
  NewRun common;
  common.source_digest = std::move(files.digest);
  common.git = std::move(files.git);
  common.project_version = std::move(files.project_version);
  return common;
}

Result<void> Backfills::turn(Driven& driven) {
  TRY(adopt(driven));
  if (is_stopping_) return {};
  const NewRun common = driven.may_begin ? TRY(look(driven.backfill)) : NewRun();
  const auto run_of = [&](const BackfillFiring& firing) -> Result<NewRun> {
    NewRun run = common;
    run.assets = used_assets(*driven.pipeline);
    run.params =
        TRY(firing_params(*driven.pipeline, *driven.trigger,
                          {firing.at, firing.at, firing.interval.start, firing.interval.end},
                          driven.backfill.params));
    return run;
  };
  const BackfillState before = driven.backfill.state;
  BackfillTurn turned =
      TRY(turn_backfill({*records_.database, records_.runs, backfills_, session_.entropy},
                        driven.backfill.id, workshop_.engine_id(), run_of, session_.clock.now()));
  driven.backfill = turned.backfill;
  driven.may_begin = !turned.backfill.ended_at && turned.counts.waiting > 0;
  for (const RunRecord& run : turned.runs) {
    talk_.recorded(run);
    TRY(active_.take(run, driven.pipeline, false));
  }
  tell(turned, before);
  if (!turned.runs.empty() || turned.backfill.ended_at) records_.database->ring_followers();
  // There may be more to decide than one turn does.
  has_news_ = has_news_ || (!turned.without_run.empty() && !turned.backfill.ended_at);
  if (only_) last_turn_ = std::move(turned);
  return {};
}

/// Runs of it that nobody drives: those of a geartrain that is gone, and one of ours of whose
/// commit we did not hear.
Result<void> Backfills::adopt(Driven& driven) {
  std::vector<RunRecord> open;
  {
    auto reader = TRY(records_.database->begin_read());
    open = TRY(records_.runs.open_runs_of(reader, driven.backfill.id));
  }
  driven.waits_for_others = false;
  for (const RunRecord& run : open) {
    // One that was tried again is driven by whoever was asked to.
    if (active_.contains(run.id) || workshop_.engine().find(run.id) != nullptr) continue;
    const bool is_owned = run.owner_engine == workshop_.engine_id();
    const bool is_elsewhere = !is_owned && TRY(is_driven(records_, run));
    driven.waits_for_others = driven.waits_for_others || is_elsewhere;
    if (is_elsewhere || is_stopping_) continue;
    talk_.say(fmt::format("going on with {}", run.name()));
    const bool is_begun = !is_owned || run.state != RunState::queued;
    TRY(active_.take(run, driven.pipeline, is_begun));
  }
  return {};
}

void Backfills::tell(const BackfillTurn& turn, BackfillState before) {
  const BackfillRecord& backfill = turn.backfill;
  for (const BackfillFiring& firing : turn.without_run)
    if (firing.outcome == BackfillOutcome::refused)
      talk_.say(fmt::format("{} of {} refused: {}", backfill.name(), format_time(firing.at),
                            firing.reason));
  if (backfill.ended_at || backfill.state != before)
    talk_.say(
        fmt::format("{} {}: {}", backfill.name(), to_text(backfill.state), turn.counts.text()));
}

void Backfills::take_ended() {
  const bool has_ended = active_.take_ended([&](const RunRecord& run, const Tally& tally) {
    const std::string name = fmt::format("{} {}", run.name(), format_time(run.logical_date));
    talk_.ended(run.state, describe_end(name, run, tally));
  });
  has_news_ = has_news_ || has_ended;
}

Result<void> Backfills::hear(Transaction& reader) {
  has_news_ = true;
  return active_.obey(reader);
}

std::vector<BatchLine> Backfills::lines() const {
  std::vector<BatchLine> lines;
  for (const auto& [run, active] : active_) {
    BatchLine line{
        active->run.name(), format_time(active->run.logical_date), &active->watched.tally(), {}};
    for (const auto& [task, path] : active->watched.running()) line.running.push_back(path);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace gt
