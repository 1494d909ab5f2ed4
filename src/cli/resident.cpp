#include "cli/resident.h"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <set>
#include <sys/epoll.h>

#include "base/id.h"
#include "base/text.h"
#include "cli/counted.h"
#include "cli/firing_params.h"
#include "cli/new_runs.h"
#include "cli/records.h"
#include "cli/run_text.h"
#include "run/paused_pipelines.h"
#include "view/place_wait.h"
#include "view/run_view.h"

namespace gt {

namespace {

/// Without a reason to wake: the clock may have been set, a file system may tell nothing of its
/// changes, and another server may have died.
constexpr Duration look_interval = std::chrono::seconds(10);
/// A run that waits for one that another server drives hears of its end by looking.
constexpr Duration wait_interval = std::chrono::seconds(1);

void watch_fd(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (fd >= 0) (void)epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

bool is_readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

}  // namespace

Resident::Resident(Session& session, Records& records, Workshop& workshop, ServedProjects& project,
                   Say say, ServerSide server)
    : session_(session),
      records_(records),
      workshop_(workshop),
      project_(project),
      say_(std::move(say)),
      desk_(server.desk),
      news_(server.news),
      events_(session, records, workshop, firings_, say_),
      backfills_(
          session, records, workshop,
          {.say = say_,
           .recorded =
               [this](const RunRecord& run) {
                 news_.recorded(run);
                 say_(fmt::format("{} started by {} for {}", run.name(),
                                  backfill_name(*run.backfill), format_time(run.logical_date)));
               },
           .ended = [this](RunState, const std::string& line) { say_(line); }}),
      news_fd_(epoll_create1(EPOLL_CLOEXEC)),
      active_(workshop, records.runs, say_) {
  workshop_.observe(*this);
  watch_fd(news_fd_.get(), project_.fd());
  watch_fd(news_fd_.get(), events_.files_fd());
}

Resident::~Resident() = default;

Result<void> Resident::begin() {
  TRY(project_.look());
  if (followers_ != nullptr) TRY(followers_->look());
  watch_triggers();
  std::size_t triggers = 0;
  for (const auto& [name, pipeline] : project_.pipelines())
    triggers += pipeline->source.pipeline->triggers.size();
  say_(fmt::format("serving {}: {}, {}", records_.project.root,
                   counted(static_cast<std::int64_t>(project_.pipelines().size()), "pipeline"),
                   counted(static_cast<std::int64_t>(triggers), "trigger")));
  return adopt();
}

void Resident::say_soon(std::string line) {
  const std::lock_guard lock(said_mutex_);
  said_.push_back(std::move(line));
}

void Resident::say_what_others_said() {
  std::vector<std::string> lines;
  {
    const std::lock_guard lock(said_mutex_);
    lines.swap(said_);
  }
  for (const std::string& line : lines) say_(line);
}

Result<bool> Resident::go_on() {
  say_what_others_said();
  take_ended();
  if (is_leaving_) return false;
  if (!is_stopping_) desk_.work_off();
  const bool has_changed_files = project_.has_news();
  const bool is_news = are_projects_new_.exchange(false) || has_changed_files;
  if (!is_stopping_) {
    if (is_news) {
      TRY(project_.look());
      if (followers_ != nullptr) TRY(followers_->look());
      watch_triggers();
    }
    TRY(adopt());
    TRY(fire_due(session_.clock.now()));
    TRY(hear_commits());
    TRY(hear_files());
    TRY(begin_waiting());
  }
  TRY(backfills_.go_on());
  return !is_stopping_ || !active_.empty() || backfills_.active() > 0;
}

std::optional<Duration> Resident::interval() const {
  Duration wait = std::min(waiting_.empty() ? look_interval : wait_interval, backfills_.interval());
  const Time now = session_.clock.now();
  for (const auto& [name, watch] : watches_)
    if (watch.next) wait = std::min(wait, *watch.next - now);
  if (const auto rest = events_.until_files_rest()) wait = std::min(wait, *rest);
  return std::max(wait, Duration(0));
}

void Resident::watch_triggers() {
  std::map<TriggerName, Watch> now;
  for (const auto& [name, pipeline] : project_.pipelines()) {
    const auto& triggers = pipeline->source.pipeline->triggers;
    for (std::size_t i = 0; i < triggers.size(); ++i) {
      if (!pipeline->schedules[i]) continue;
      const TriggerName key(name, triggers[i].name);
      const auto before = watches_.find(key);
      now[key] = before != watches_.end() && before->second.pipeline == pipeline
                     ? before->second
                     : Watch{.pipeline = pipeline, .trigger = i};
    }
  }
  watches_ = std::move(now);
  if (events_.watch(project_.pipelines())) heard_at_ = files_heard_at_ = Duration{};
  if (events_.waits_for_commits() && !changes_) listen_for_changes();
  publish();
}

/// Where nobody can ring, ends of runs are looked for from time to time.
void Resident::listen_for_changes() {
  auto bell = records_.database->listen(Listener::follower,
                                        make_uuid(session_.clock.now(), session_.entropy));
  if (!bell) return;
  changes_.emplace(*std::move(bell));
  watch_fd(news_fd_.get(), changes_->fd());
}

Result<void> Resident::hear_commits() {
  if (!events_.waits_for_commits()) return {};
  const Duration now = session_.clock.steady();
  const bool is_rung = changes_ && is_readable(changes_->fd());
  if (!is_rung && heard_at_ != Duration{} && now - heard_at_ < look_interval) return {};
  if (is_rung) changes_->clear();
  for (const FiredTrigger& fired : TRY(events_.hear_run_ends())) TRY(take_fired(fired));
  for (const FiredTrigger& fired : TRY(events_.hear_assets())) TRY(take_fired(fired));
  heard_at_ = now;
  return {};
}

void Resident::publish() {
  PublishedPipelines published;
  for (const auto& [name, served] : project_.pipelines())
    published[name] = std::make_shared<const PublishedPipeline>(
        PublishedPipeline{served->source.pipeline, served->source.from.recorded_path,
                          served->schedules, served->source.from.version});
  desk_.set_pipelines(std::move(published));
}

Result<void> Resident::hear_files() {
  const bool is_news = events_.drain_files();
  if (!events_.waits_for_files()) return {};
  const Duration now = session_.clock.steady();
  const auto rest = events_.until_files_rest();
  const bool is_due = files_heard_at_ == Duration{} || now - files_heard_at_ >= look_interval ||
                      (rest && *rest == Duration(0));
  if (!is_news && !is_due) return {};
  files_heard_at_ = now;
  for (const FiredTrigger& fired : TRY(events_.hear_files())) TRY(take_fired(fired));
  return {};
}

/// Triggers of pipelines that somebody has paused or resumed are asked at once.
Result<void> Resident::look_at_paused(Transaction& reader) {
  const auto paused = TRY(PausedPipelines().list(reader));
  for (auto& [name, watch] : watches_) {
    const bool is_paused =
        std::ranges::find(paused, name.first, &PausedPipeline::pipeline) != paused.end();
    if (watch.is_paused != is_paused) watch.is_looked_at = false;
  }
  return {};
}

Result<void> Resident::fire_due(Time now) {
  const auto is_due = [&](const Watch& watch) {
    return !watch.is_looked_at || (watch.next && *watch.next <= now);
  };
  // What the file says counts as it is at the firing, also where nobody told of a change.
  std::set<std::string> due;
  for (const auto& [name, watch] : watches_)
    if (is_due(watch)) due.insert(name.first);
  for (const std::string& pipeline : due) project_.look_at(pipeline);
  if (!due.empty()) watch_triggers();
  for (auto& [name, watch] : watches_)
    if (is_due(watch)) TRY(fire(watch, now));
  return {};
}

Result<void> Resident::fire(Watch& watch, Time now) {
  const Pipeline& pipeline = *watch.pipeline->source.pipeline;
  const Trigger& trigger = pipeline.triggers[watch.trigger];
  const WatchedTrigger watched{pipeline.name, trigger,
                               watch.pipeline->schedules[watch.trigger]->schedule};
  NewRuns new_runs(session_, records_, workshop_, *watch.pipeline);
  const auto run_of = [&](const Firing& firing) -> Result<NewRun> {
    return new_runs.of(TRY(firing_params(pipeline, trigger, firing)));
  };
  Fired fired = TRY(fire_trigger(
      {*records_.database, records_.runs, firings_, session_.entropy}, watched, run_of,
      [&](Transaction& writer) { return new_runs.keep_pipeline(writer); }, now));
  if (fired.is_paused && !watch.is_paused)
    say_(fmt::format("{} {} does not fire: the pipeline is paused", pipeline.name, trigger.name));
  watch.is_paused = fired.is_paused;
  if (!watch.is_looked_at && fired.next)
    say_(fmt::format("{} {} fires next at {}", pipeline.name, trigger.name,
                     format_time(*fired.next)));
  watch.next = fired.next;
  watch.is_looked_at = true;
  return take_fired({watch.pipeline, trigger.name, std::move(fired)});
}

Result<void> Resident::take_fired(const FiredTrigger& event) {
  const Fired& fired = event.fired;
  const auto& pipeline = event.pipeline->source.pipeline;
  for (const RunRecord& run : fired.runs) waiting_.push_back({.run = run, .pipeline = pipeline});
  for (const RunRecord& run : fired.runs) news_.recorded(run);
  tell(pipeline->name, *std::ranges::find(pipeline->triggers, event.trigger, &Trigger::name),
       fired);
  for (const RunRecord& run : fired.replaced) {
    for (Waiting& one : waiting_) one.is_cancelled = one.is_cancelled || one.run.id == run.id;
    if (workshop_.engine().find(run.id) != nullptr)
      TRY(workshop_.engine().request_cancel(run.id, CancelMode::terminate, "overlap: replace"));
    else
      records_.database->ring(run.owner_engine);
  }
  if (!fired.runs.empty()) records_.database->ring_followers();
  return {};
}

void Resident::tell(const std::string& pipeline, const Trigger& trigger, const Fired& fired) {
  const std::string name = fmt::format("{} {}", pipeline, trigger.name);
  if (fired.first_missed)
    say_(
        fmt::format("{}: firings from {} on passed while nobody was there, and have no runs "
                    "(catchup: {})",
                    name, format_time(*fired.first_missed), to_text(trigger.catchup)));
  for (const RecordedFiring& firing : fired.without_run)
    say_(fmt::format("{} of {} {}: {}", name, format_time(firing.at), to_text(firing.outcome),
                     firing.reason));
  for (const RunRecord& run : fired.replaced)
    say_(fmt::format("{} is asked to end: the next run of {} takes its place", run.name(), name));
}

bool Resident::is_ours(RunId run) const {
  return active_.contains(run) ||
         std::ranges::any_of(waiting_, [&](const Waiting& one) { return one.run.id == run; });
}

/// Runs of triggers that nobody drives: those of a server that is gone, and one of ours of whose
/// commit we did not hear.
Result<void> Resident::adopt() {
  const Duration now = session_.clock.steady();
  if (adopted_at_ != Duration{} && now - adopted_at_ < look_interval) return {};
  std::vector<RunRecord> open;
  {
    auto reader = TRY(records_.database->begin_read());
    open = TRY(records_.runs.open_runs(reader));
    TRY(look_at_paused(reader));
  }
  for (RunRecord& run : open) {
    // Those of backfills are found with these.
    if (run.backfill || (run.trigger.empty() && !run.is_served) || is_ours(run.id)) continue;
    const bool is_lost_one = run.owner_engine == workshop_.engine_id();
    if (!is_lost_one && TRY(is_driven(records_, run))) continue;
    say_(fmt::format("going on with {}", run.name()));
    waiting_.push_back({.run = std::move(run), .pipeline = {}, .is_begun = !is_lost_one});
  }
  std::ranges::stable_sort(waiting_, {}, [](const Waiting& one) { return one.run.id; });
  adopted_at_ = now;
  return {};
}

Result<void> Resident::begin_waiting() {
  const auto active_max =
      static_cast<std::size_t>(session_.settings().number(SettingId::max_active));
  std::set<TriggerName> busy;
  for (const auto& [id, active] : active_)
    if (!active->run.trigger.empty()) busy.emplace(active->run.pipeline, active->run.trigger);
  for (auto one = waiting_.begin(); one != waiting_.end() && active_.size() < active_max;) {
    const TriggerName trigger(one->run.pipeline, one->run.trigger);
    const bool may_begin =
        trigger.second.empty() || one->is_cancelled || busy.insert(trigger).second;
    if (may_begin && TRY(begin(*one))) {
      one = waiting_.erase(one);
      continue;
    }
    TRY(tell_wait(*one));
    ++one;
  }
  return {};
}

/// Until an earlier run of its trigger has ended, or its pipeline has a place for it, it waits, and
/// is in nobody's way. Empty: for nothing but its turn.
Result<std::string> Resident::reason_to_wait(Transaction& reader, const RunRecord& run,
                                             const Pipeline& pipeline) {
  if (!run.trigger.empty()) {
    const auto open = TRY(records_.runs.open_runs_of(reader, run.pipeline, run.trigger));
    if (!open.empty() && open.front().id < run.id)
      return fmt::format("waits: {} has not ended", open.front().name());
  }
  if (!pipeline.max_active) return std::string();
  const auto before = TRY(records_.runs.open_runs_before(reader, run, *pipeline.max_active));
  return before.size() < *pipeline.max_active ? std::string() : place_wait_text(before);
}

/// Once, and nothing of one that waits for nothing but its turn.
Result<void> Resident::tell_wait(Waiting& waiting) {
  if (waiting.is_told || !waiting.pipeline) return {};
  auto reader = TRY(records_.database->begin_read());
  const std::string reason = TRY(reason_to_wait(reader, waiting.run, *waiting.pipeline));
  if (!reason.empty()) say_(fmt::format("{} {}", waiting.run.name(), reason));
  waiting.is_told = true;
  return {};
}

/// False: it has to wait.
Result<bool> Resident::begin(Waiting& waiting) {
  RunRecord run;
  bool ends_unbegun = false;
  std::shared_ptr<const Pipeline> pipeline = waiting.pipeline;
  {
    auto reader = TRY(records_.database->begin_read());
    run = TRY(records_.runs.get(reader, waiting.run.id));
    if (is_ended(run.state) || workshop_.engine().find(run.id) != nullptr) return true;
    ends_unbegun = !waiting.is_begun && run.cancel != CancelMode::none;
    if (!pipeline) pipeline = TRY(recorded_pipeline(records_.runs, reader, run));
    waiting.pipeline = pipeline;
    if (!ends_unbegun && !waiting.is_begun && run.state == RunState::paused) return false;
    if (!ends_unbegun && !TRY(reason_to_wait(reader, run, *pipeline)).empty()) return false;
  }
  if (ends_unbegun) {
    TRY(end_unbegun(run));
    return true;
  }
  const bool is_taken = TRY(active_.take(run, pipeline, waiting.is_begun));
  if (is_taken && !waiting.is_begun)
    say_(run.trigger.empty() ? fmt::format("{} started", run.name())
                             : fmt::format("{} started by {} for {}", run.name(), run.trigger,
                                           format_time(run.logical_date)));
  return true;
}

Result<void> Resident::end_unbegun(const RunRecord& run) {
  auto writer = TRY(records_.database->begin_write());
  TRY(records_.runs.cancel_unbegun(writer, run, session_.clock.now()));
  TRY(writer.commit());
  records_.database->ring_followers();
  say_(fmt::format("{} cancelled before it began", run.name()));
  return {};
}

void Resident::take_ended() {
  active_.take_ended([&](const RunRecord& run, const Tally& tally) {
    say_(describe_end(run.name(), run, tally));
  });
}

Result<void> Resident::lost(Error conflict) {
  backfills_.lost(conflict);
  active_.lost(conflict);
  return {};
}

Result<void> Resident::cancel(CancelMode mode, const std::string& who) {
  TRY(active_.cancel(mode, who));
  return backfills_.cancel(mode, who);
}

Result<void> Resident::interrupted(int signal, unsigned count) {
  is_stopping_ = true;
  desk_.close();
  backfills_.stop();
  const std::size_t open = active_.size() + backfills_.active();
  is_leaving_ = signal != SIGINT || count > 1 || open == 0;
  if (open == 0) return {};
  const std::string runs = counted(static_cast<std::int64_t>(open), "run");
  say_(
      is_leaving_
          ? fmt::format("left; the steps of {} go on, and the next `geartrain up` takes over", runs)
          : fmt::format("nothing begins any more, {} may end; once more leaves at once", runs));
  return {};
}

Result<void> Resident::hear(Transaction& reader) {
  projects_changed();
  // Versions of assets wait for pipelines that are paused.
  heard_at_ = Duration{};
  TRY(look_at_paused(reader));
  for (Waiting& one : waiting_) {
    const auto recorded = records_.runs.get(reader, one.run.id);
    one.is_cancelled = one.is_cancelled || (recorded && recorded->cancel != CancelMode::none);
  }
  TRY(active_.obey(reader));
  return backfills_.hear(reader);
}

void Resident::committed(const LiveRun& run, const RunChanges& changes) {
  news_.committed(run, changes);
  backfills_.committed(run, changes);
  active_.committed(run, changes);
}

void Resident::queued(const LiveRun& run, const std::vector<RunRecord>& before) {
  say_(fmt::format("{} {}", run.record().name(), place_wait_text(before)));
}

void Resident::waits(const LiveRun& run, TaskIndex task, const std::string& pool) {
  if (const std::string line = pool_waits_.news(workshop_, run, task, pool); !line.empty())
    say_(line);
}

}  // namespace gt
