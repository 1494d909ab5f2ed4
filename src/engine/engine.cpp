#include "engine/engine.h"

#include <algorithm>

#include "engine/active_run.h"
#include "engine/asked_facts.h"
#include "engine/step_preparation.h"

namespace gt {

namespace {

/// The wall clock follows its time server by less than this between two turns.
constexpr Duration clock_tolerance = std::chrono::seconds(1);

}  // namespace

Engine::Engine(EngineParts parts, EngineSettings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)) {}

Engine::~Engine() = default;

Result<void> Engine::begin(const RunRecord& run, std::shared_ptr<const Plan> plan,
                           Selection selection) {
  auto active = std::make_unique<ActiveRun>(LiveRun::begin(std::move(plan), selection, run),
                                            selection, run.fence);
  active->keeps_all_results = true;
  // One that is to end takes no place from others.
  active->is_queued =
      run.cancel == CancelMode::none &&
      (active->live.plan().pipeline().max_active.has_value() || active->live.is_paused());
  if (active->is_queued)
    queue_again_at_.reset();
  else
    start(*active, parts_.clock.now());
  active_[run.id] = std::move(active);
  return {};
}

Result<void> Engine::activate(RunId run, std::shared_ptr<const Plan> plan, Selection selection) {
  auto reader = TRY(parts_.database.begin_read());
  LoadedRun loaded = TRY(parts_.runs.load(reader, run));
  const std::int64_t fence = loaded.run.fence;
  if (const auto before = active_.find(run); before != active_.end())
    forget_watches(*before->second);
  active_[run] = std::make_unique<ActiveRun>(
      LiveRun::resume(std::move(plan), selection, std::move(loaded)), selection, fence);
  active_[run]->live.obey_stop_requests(parts_.clock.now());
  return {};
}

Result<void> Engine::take_over(RunId run, std::shared_ptr<const Plan> plan, Selection selection) {
  TRY(activate(run, std::move(plan), std::move(selection)));
  ActiveRun& active = *active_.at(run);
  // A run that was recorded but never begun has no tasks yet.
  if (active.live.tasks().empty() && !active.live.is_ended())
    return begin(active.live.record(), active.live.shared_plan(), active.selection);
  active.is_queued = !active.live.record().started_at && !active.live.is_ended();
  {
    auto reader = TRY(parts_.database.begin_read());
    for (const OpenAttempt& open : active.live.open_attempts()) {
      auto kept = TRY(parts_.cache.wanted_key(reader, task_key(run, open.id.task)));
      if (kept)
        active.wanted_keys[open.id.task] = {
            kept->key, kept->source, active.live.step_of(open.id.task).settings->cache.expires};
      launch(active, open.id, open.started);
    }
  }
  return take_requests(run);
}

Result<void> Engine::reopen(RunId run, std::shared_ptr<const Plan> plan, Selection selection,
                            const std::string& who) {
  TRY(activate(run, std::move(plan), std::move(selection)));
  active_.at(run)->live.reopen(parts_.clock.now(), who);
  return {};
}

Result<void> Engine::request_cancel(RunId run, CancelMode mode, const std::string& who) {
  const auto found = active_.find(run);
  if (found == active_.end()) return error(Errc::not_found, "this engine does not drive the run");
  if (found->second->is_queued) start(*found->second, parts_.clock.now());
  found->second->live.request_cancel(mode, parts_.clock.now(), who);
  return {};
}

void Engine::forget(RunId run) {
  const auto found = active_.find(run);
  if (found == active_.end() || !found->second->live.is_ended()) return;
  forget_watches(*found->second);
  active_.erase(found);
}

void Engine::environments_changed() {
  for (auto& [id, active] : active_) {
    for (const TaskIndex task : active->waiting_for_environment) active->live.ask_again(task);
    active->waiting_for_environment.clear();
  }
}

const LiveRun* Engine::find(RunId run) const {
  const auto found = active_.find(run);
  return found == active_.end() ? nullptr : &found->second->live;
}

bool Engine::keeps_all_results(RunId run) const {
  const auto found = active_.find(run);
  return found != active_.end() && found->second->keeps_all_results;
}

bool Engine::is_idle() const {
  return std::ranges::all_of(active_, [](const auto& entry) { return entry.second->is_done(); });
}

std::optional<Time> Engine::next_turn() const {
  std::optional<Time> next;
  if (turn_again_ || claims_changed_) return Time{};
  for (const auto& [id, active] : active_) {
    if (active->is_done()) continue;
    if (active->wake_at) next = std::min(next.value_or(*active->wake_at), *active->wake_at);
    if (!active->answers.empty()) return Time{};
    if (active->is_queued) continue;
    if (active->live.wants_turn() || !active->own_events.empty()) return Time{};
    if (!active->unwatchable.empty()) return Time{};
  }
  if (const auto again = next_queue_look()) next = std::min(next.value_or(*again), *again);
  if (claims_again_at_) next = std::min(next.value_or(*claims_again_at_), *claims_again_at_);
  return next;
}

void Engine::apply_events(Time now) {
  for (const AttemptEvent& event : parts_.executor.poll()) {
    const auto found = active_.find(event.attempt.run);
    if (found == active_.end()) continue;
    LiveRun& live = found->second->live;
    live.apply(event, now, parts_.entropy);
    if (std::holds_alternative<AttemptEnded>(event.what))
      found->second->to_acknowledge.push_back(event.attempt);
  }
  for (auto& [id, active] : active_) {
    std::vector<AttemptEvent> own = std::move(active->own_events);
    active->own_events.clear();
    for (const AttemptEvent& event : own) active->live.apply(event, now, parts_.entropy);
  }
}

/// Waits are kept by the steady clock: whoever sets the wall clock does not end or prolong them.
void Engine::notice_clock(Time now) {
  const Duration steady_origin = now.time_since_epoch() - parts_.clock.steady();
  const Duration set_by = steady_origin - steady_origin_.value_or(steady_origin);
  steady_origin_ = steady_origin;
  if (set_by < clock_tolerance && set_by > -clock_tolerance) return;
  for (auto& [id, active] : active_) active->live.clock_was_set(set_by);
  if (claims_again_at_) *claims_again_at_ += set_by;
  if (queue_again_at_) *queue_again_at_ += set_by;
}

Result<void> Engine::turn() {
  const Time now = parts_.clock.now();
  turn_again_ = false;
  notice_clock(now);
  apply_events(now);
  apply_looks(now);
  TRY(start_queued(now));
  for (auto& [id, active] : active_) {
    if (active->is_queued) continue;
    const auto settled = settle(*active, now);
    if (settled) continue;
    TRY(reload(*active));
    return settled.error();
  }
  TRY(commit(now));
  std::optional<Error> taken_over = drop_lost();
  act();
  if (taken_over) return *std::move(taken_over);
  if (auto trouble = parts_.executor.trouble()) return *std::move(trouble);
  return {};
}

/// All that follows from what happened, but for launches, for which runs compete.
Result<void> Engine::settle(ActiveRun& active, Time now) {
  for (;;) {
    Decisions decisions = active.live.decide(now);
    std::ranges::move(decisions.stops, std::back_inserter(active.stops));
    active.wake_at = decisions.wake_at;
    if (decisions.lookups.empty() && decisions.waits.empty()) return {};
    for (const TaskIndex task : decisions.waits) active.live.begin_wait(task, now);
    TRY(answer_lookups(active, decisions.lookups, now));
  }
}

Result<void> Engine::launch_ready(std::optional<ClaimTurn>& claims, Time now) {
  let_ask_again(now);
  Slots used = slots_in_use();
  std::vector<ActiveRun*> runs;
  std::vector<LaunchWish> wishes;
  for (auto& [id, active] : active_) {
    if (auto wish = active->live.next_launch()) {
      runs.push_back(active.get());
      wishes.push_back(*wish);
    }
  }
  while (const auto chosen = order_.choose(wishes, used, settings_.capacity)) {
    LiveRun& live = runs[*chosen]->live;
    if (auto devices = TRY(claim(*runs[*chosen], wishes[*chosen], claims, now))) {
      used.take(wishes[*chosen].wanted);
      runs[*chosen]->launches.push_back(
          live.launch_next(settings_.capacity, now, *std::move(devices)));
    }
    if (auto wish = live.next_launch()) {
      wishes[*chosen] = *wish;
    } else {
      runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(*chosen));
      wishes.erase(wishes.begin() + static_cast<std::ptrdiff_t>(*chosen));
    }
  }
  note_waits(now);
  return {};
}

Result<void> Engine::reload(ActiveRun& active) {
  auto reader = TRY(parts_.database.begin_read());
  LoadedRun loaded = TRY(parts_.runs.load(reader, active.live.record().id));
  active.forget();
  if (loaded.tasks.empty()) {
    active.live = LiveRun::begin(active.live.shared_plan(), active.selection, loaded.run);
    if (!active.is_queued) start(active, parts_.clock.now());
    return {};
  }
  active.live = LiveRun::resume(active.live.shared_plan(), active.selection, std::move(loaded));
  active.live.obey_stop_requests(parts_.clock.now());
  // What was committed but not done yet, if the commit's answer was lost.
  for (const OpenAttempt& open : active.live.open_attempts()) launch(active, open.id, open.started);
  return {};
}

/// Launches, and one transaction for all runs. After a refused one all memory of them may be wrong:
/// it is replaced by what is recorded.
Result<void> Engine::commit(Time now) {
  std::vector<ActiveRun*> changed;
  const auto launch_and_write = [&]() -> Result<void> {
    std::optional<ClaimTurn> claims;
    const auto launched = launch_ready(claims, now);
    for (auto& [id, active] : active_) {
      if (active->is_queued && !active->is_late && active->answers.empty()) continue;
      active->is_late = false;
      active->changes = active->live.take_changes();
      if (active->has_changes()) changed.push_back(active.get());
    }
    TRY(launched);
    if (changed.empty() && !(claims && claims->has_written)) return {};
    return write(changed, claims, now);
  };
  auto written = launch_and_write();
  if (written) return {};
  for (ActiveRun* active : changed) TRY(reload(*active));
  return written;
}

Result<void> Engine::write(const std::vector<ActiveRun*>& changed, std::optional<ClaimTurn>& claims,
                           Time now) {
  std::optional<Transaction> own;
  if (!claims) own.emplace(TRY(parts_.database.begin_write()));
  Transaction& transaction = claims ? claims->writer : *own;
  bool frees = claims && claims->has_freed;
  for (ActiveRun* active : changed) {
    TRY(write(*active, transaction, now));
    frees = frees || !active->waits_to_drop.empty() ||
            std::ranges::any_of(active->waits_to_note,
                                [](const ClaimWait& wait) { return !wait.is_ready; }) ||
            std::ranges::any_of(active->changes.closed, &AttemptClosed::has_claim);
  }
  std::vector<std::string> waiting;
  if (frees) waiting = TRY(claims_.waiting_engines(transaction, settings_.engine_id));
  TRY(transaction.commit());
  for (const std::string& engine : waiting) parts_.database.ring(engine);
  return {};
}

Result<void> Engine::write(ActiveRun& active, Transaction& transaction, Time now) {
  const RunRecord& run = active.live.record();
  active.is_lost = !TRY(parts_.runs.is_current(transaction, run.id, active.fence));
  if (active.is_lost) {
    for (const auto& [task, was_ready] : active.noted_waits) active.waits_to_drop.push_back(task);
    active.waits_to_note.clear();
    return write_waits(active, transaction);
  }
  for (auto& [task, manifest] : active.new_manifests)
    TRY(parts_.cache.keep_manifest(transaction, manifest, run.pipeline, active.live.task_path(task),
                                   task_key(run.id, task)));
  for (const AttemptClosed& closed : active.changes.closed)
    TRY(keep_result(active, transaction, closed, active.changes, now));
  for (const auto& [id, answer] : active.answers)
    TRY(parts_.runs.answer_request(transaction, id, answer));
  TRY(parts_.runs.commit(transaction, run.id, active.fence, active.changes));
  return write_waits(active, transaction);
}

/// Forgets runs that have another owner now.
std::optional<Error> Engine::drop_lost() {
  for (auto& [id, active] : active_)
    if (active->is_lost) forget_watches(*active);
  const auto lost = std::erase_if(active_, [](const auto& entry) { return entry.second->is_lost; });
  if (lost == 0) return std::nullopt;
  // What they had in use is there for others.
  turn_again_ = true;
  return error(Errc::conflict, "another engine has taken the run over");
}

void Engine::act() {
  bool has_changed = false;
  for (auto& [id, active] : active_) {
    for (const auto& [attempt, how] : active->stops)
      parts_.executor.stop(attempt,
                           how == StopRequest::kill ? StopMode::kill : StopMode::terminate);
    active->stops.clear();
    for (const AttemptId& attempt : active->launches) launch(*active, attempt, false);
    active->launches.clear();
  }
  // Last: tidying up behind an attempt is in nobody's way, the next one's start is waited for.
  for (auto& [id, active] : active_) {
    parts_.executor.acknowledge(active->to_acknowledge);
    active->to_acknowledge.clear();
    active->new_manifests.clear();
    // Whoever came after one that waits no more may be next.
    claims_changed_ = claims_changed_ || !active->waits_to_drop.empty();
    for (const TaskIndex task : active->waits_to_drop) active->noted_waits.erase(task);
    for (const ClaimWait& wait : active->waits_to_note)
      active->noted_waits[index_of(wait.task)] = wait.is_ready;
    active->waits_to_drop.clear();
    active->waits_to_note.clear();
    active->doubts_waits = false;
    for (const auto& [task, pool] : std::exchange(active->refused, {}))
      if (parts_.observer) parts_.observer->waits(active->live, task, pool);
    const RunChanges changes = std::exchange(active->changes, {});
    follow_waits(*active, changes);
    has_changed = has_changed || !active->answers.empty();
    active->answers.clear();
    for (const AttemptClosed& closed : changes.closed)
      if (is_ended(active->live.task(closed.id.task).state))
        active->wanted_keys.erase(closed.id.task);
    if (changes.empty()) continue;
    has_changed = true;
    // The next one of its pipeline may start.
    if (active->live.is_ended()) queue_again_at_.reset();
    if (parts_.observer) parts_.observer->committed(active->live, changes);
  }
  if (has_changed) parts_.announce();
}

Result<void> Engine::keep_result(ActiveRun& active, Transaction& transaction,
                                 const AttemptClosed& closed, RunChanges& changes, Time now) {
  const auto* success = std::get_if<AttemptSucceeded>(&closed.ended.outcome);
  const auto wanted = active.wanted_keys.find(closed.id.task);
  if (!success) return {};
  if (wanted == active.wanted_keys.end()) {
    active.keeps_all_results = false;
    return {};
  }
  const ActiveRun::WantedKey& key = wanted->second;
  // A result of files that have changed meanwhile belongs to no key that we know.
  const auto not_kept = [&](std::string reason) {
    active.keeps_all_results = false;
    changes.manifests.push_back({closed.id.task, key.key.key, std::move(reason)});
  };
  if (key.is_outdated) {
    not_kept("a connection or variable changed before it began, so its result is not kept");
    return {};
  }
  const RunPlace place = TRY(place_of(active));
  auto changed = TRY(place.facts.changed_since(*key.source));
  if (!changed.empty()) {
    not_kept(fmt::format("{} changed while it ran, so its result is not kept", changed.front()));
    return {};
  }
  std::optional<Time> expires_at;
  if (key.expires) expires_at = now + *key.expires;
  return parts_.cache.keep_result(transaction, key.key, closed.id, success->outputs, expires_at,
                                  now);
}

Result<RunPlace> Engine::place_of(const ActiveRun& active) const {
  if (!active.live.record().project_version.empty() && parts_.place_of_version)
    return parts_.place_of_version(active.live.record());
  return RunPlace{parts_.facts, settings_.project_root};
}

void Engine::launch(ActiveRun& active, const AttemptId& attempt, bool is_adopted) {
  const auto prepare = [&]() -> Result<Launch> {
    const RunPlace place = TRY(place_of(active));
    AskedFacts facts(place.facts);
    Launch launch = TRY(
        prepare_launch(active.live, attempt, facts, {place.root, settings_.home + "/attempts"}));
    if (const auto wanted = active.wanted_keys.find(attempt.task);
        !is_adopted && wanted != active.wanted_keys.end() && wanted->second.outside)
      wanted->second.is_outdated = *wanted->second.outside != facts.outside();
    if (parts_.access_of)
      if (auto access = parts_.access_of(active.live.record(), attempt)) {
        launch.masks.push_back(access->token);
        launch.variables.emplace_back("GEARTRAIN_API_URL", std::move(access->url));
        launch.variables.emplace_back("GEARTRAIN_API_TOKEN", std::move(access->token));
      }
    return launch;
  };
  auto prepared = prepare();
  if (!prepared) {
    active.own_events.push_back(
        {attempt,
         AttemptEnded{parts_.clock.now(),
                      AttemptFailed{Cause::invalid_expression, prepared.error().message, {}, {}},
                      {},
                      0}});
    return;
  }
  if (is_adopted)
    parts_.executor.adopt(*std::move(prepared));
  else
    parts_.executor.start(*std::move(prepared));
}

}  // namespace gt
