#include "engine/engine.h"

#include <algorithm>
#include <set>
#include <span>

#include "engine/step_preparation.h"

namespace gt {

namespace {

/// Under which key the result of an open attempt is to be kept.
struct WantedKey {
  StepKey key;
  std::shared_ptr<const SourceSet> source;
  std::optional<Duration> expires;
};

/// Manifests that are in memory at once, besides those that a commit is to write.
constexpr std::size_t lookups_at_once = 512;

}  // namespace

/// A task whose key is known, and not what the cache has for it.
struct Engine::Question {
  TaskIndex task;
  StepKey key;
  std::string path;
  StepManifest manifest;
};

struct Engine::ActiveRun {
  ActiveRun(LiveRun begun, Selection chosen, std::int64_t with_fence)
      : live(std::move(begun)), selection(std::move(chosen)), fence(with_fence) {}

  LiveRun live;
  Selection selection;
  std::int64_t fence;
  /// Survives a reload: the facts of an attempt are those of its start.
  std::map<TaskIndex, WantedKey> wanted_keys;
  /// Manifests that the next commit writes.
  std::vector<std::pair<TaskIndex, StepManifest>> new_manifests;
  std::vector<TaskIndex> waiting_for_environment;
  /// Attempts that could not even be prepared; applied in the next turn like any other end.
  std::vector<AttemptEvent> own_events;
  std::vector<AttemptId> to_acknowledge;
  std::optional<Time> wake_at;
  bool keeps_all_results = false;
};

Engine::Engine(EngineParts parts, EngineSettings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)) {}

Engine::~Engine() = default;

Result<void> Engine::begin(const RunRecord& run, std::shared_ptr<const Plan> plan,
                           Selection selection) {
  auto active = std::make_unique<ActiveRun>(LiveRun::begin(std::move(plan), selection, run),
                                            selection, run.fence);
  active->live.start(parts_.clock.now());
  active->keeps_all_results = true;
  active_[run.id] = std::move(active);
  return {};
}

Result<void> Engine::activate(RunId run, std::shared_ptr<const Plan> plan, Selection selection) {
  auto reader = TRY(parts_.database.begin_read());
  LoadedRun loaded = TRY(parts_.runs.load(reader, run));
  const std::int64_t fence = loaded.run.fence;
  active_[run] = std::make_unique<ActiveRun>(
      LiveRun::resume(std::move(plan), selection, std::move(loaded)), selection, fence);
  active_[run]->live.obey_stop_requests(parts_.clock.now());
  return {};
}

Result<void> Engine::take_over(RunId run, std::shared_ptr<const Plan> plan, Selection selection) {
  TRY(activate(run, std::move(plan), std::move(selection)));
  ActiveRun& active = *active_.at(run);
  // A run that was recorded but never begun has no tasks yet.
  if (active.live.tasks().empty() && active.live.record().state == RunState::queued)
    return begin(active.live.record(), active.live.shared_plan(), active.selection);
  auto reader = TRY(parts_.database.begin_read());
  for (const OpenAttempt& open : active.live.open_attempts()) {
    auto kept = TRY(parts_.cache.wanted_key(reader, task_key(run, open.id.task)));
    if (kept)
      active.wanted_keys[open.id.task] = {
          kept->key, kept->source, active.live.step_of(open.id.task).settings->cache.expires};
    launch(active, open.id, open.started);
  }
  return {};
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
  found->second->live.request_cancel(mode, parts_.clock.now(), who);
  return {};
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
  return std::ranges::all_of(active_,
                             [](const auto& entry) { return entry.second->live.is_ended(); });
}

std::optional<Time> Engine::next_turn() const {
  std::optional<Time> next;
  for (const auto& [id, active] : active_) {
    if (active->live.is_ended()) continue;
    if (active->live.wants_turn() || !active->own_events.empty()) return Time{};
    if (active->wake_at) next = std::min(next.value_or(*active->wake_at), *active->wake_at);
  }
  return next;
}

void Engine::apply_events(Time now) {
  for (const AttemptEvent& event : parts_.executor.poll()) {
    const auto found = active_.find(event.attempt.run);
    if (found == active_.end()) continue;
    found->second->live.apply(event, now, parts_.entropy);
    if (std::holds_alternative<AttemptEnded>(event.what))
      found->second->to_acknowledge.push_back(event.attempt);
  }
  for (auto& [id, active] : active_) {
    std::vector<AttemptEvent> own = std::move(active->own_events);
    active->own_events.clear();
    for (const AttemptEvent& event : own) active->live.apply(event, now, parts_.entropy);
  }
}

Result<void> Engine::turn() {
  const Time now = parts_.clock.now();
  apply_events(now);
  for (auto entry = active_.begin(); entry != active_.end();) {
    ActiveRun& active = *entry->second;
    const auto done = turn_of(active, now);
    if (done) {
      ++entry;
      continue;
    }
    if (done.error().code == Errc::conflict) {
      active_.erase(entry);
      return done.error();
    }
    // Our memory may be ahead of what is recorded: start again from there.
    const auto reloaded = reload(active);
    return reloaded ? done.error() : reloaded.error();
  }
  if (auto trouble = parts_.executor.trouble()) return *std::move(trouble);
  return {};
}

Result<void> Engine::reload(ActiveRun& active) {
  auto reader = TRY(parts_.database.begin_read());
  LoadedRun loaded = TRY(parts_.runs.load(reader, active.live.record().id));
  active.to_acknowledge.clear();
  active.new_manifests.clear();
  active.waiting_for_environment.clear();
  active.keeps_all_results = false;
  if (loaded.tasks.empty()) {
    active.live = LiveRun::begin(active.live.shared_plan(), active.selection, loaded.run);
    active.live.start(parts_.clock.now());
    return {};
  }
  active.live = LiveRun::resume(active.live.shared_plan(), active.selection, std::move(loaded));
  active.live.obey_stop_requests(parts_.clock.now());
  // What was committed but not done yet, if the commit's answer was lost.
  for (const OpenAttempt& open : active.live.open_attempts()) launch(active, open.id, open.started);
  return {};
}

/// Look, decide, commit, act, for one run.
Result<void> Engine::turn_of(ActiveRun& active, Time now) {
  Decisions decisions = active.live.decide(settings_.capacity, now);
  while (!decisions.lookups.empty()) {
    TRY(answer_lookups(active, decisions.lookups, now));
    Decisions more = active.live.decide(settings_.capacity, now);
    std::ranges::move(more.launches, std::back_inserter(decisions.launches));
    std::ranges::move(more.stops, std::back_inserter(decisions.stops));
    decisions.lookups = std::move(more.lookups);
    decisions.wake_at = more.wake_at;
  }
  active.wake_at = decisions.wake_at;
  RunChanges changes = active.live.take_changes();
  if (!changes.empty()) TRY(commit(active, changes, now));

  for (const auto& [attempt, how] : decisions.stops)
    parts_.executor.stop(attempt, how == StopRequest::kill ? StopMode::kill : StopMode::terminate);
  for (const AttemptId& attempt : decisions.launches) launch(active, attempt, false);
  // Last: tidying up behind an attempt is in nobody's way, the next one's start is waited for.
  parts_.executor.acknowledge(active.to_acknowledge);
  active.to_acknowledge.clear();
  if (!changes.empty()) {
    if (parts_.observer) parts_.observer->committed(active.live, changes);
    parts_.announce();
  }
  return {};
}

Result<void> Engine::answer_lookups(ActiveRun& active, const std::vector<TaskIndex>& lookups,
                                    Time now) {
  auto reader = TRY(parts_.database.begin_read());
  for (std::size_t first = 0; first < lookups.size(); first += lookups_at_once) {
    std::vector<Question> questions;
    for (const TaskIndex task : std::span(lookups).subspan(first).first(
             std::min(lookups_at_once, lookups.size() - first))) {
      std::optional<KeyAnswer> given = answer_at_once(active, task, questions);
      if (!given) continue;
      if (std::holds_alternative<KeyPending>(given->verdict))
        active.waiting_for_environment.push_back(task);
      active.live.apply_key(task, *std::move(given), now);
    }
    TRY(ask_cache(active, reader, std::move(questions), now));
  }
  return {};
}

/// Whatever is wrong with the task is an answer. nullopt: the cache has to be asked.
std::optional<KeyAnswer> Engine::answer_at_once(ActiveRun& active, TaskIndex task,
                                                std::vector<Question>& questions) {
  const LiveRun& live = active.live;
  const Step& step = live.step_of(task);
  const auto failed = [](Cause cause, const Error& error) {
    return KeyAnswer{KeyFailed{{cause, error.message, {}, {}}}, {}};
  };
  const std::string uncached = uncached_reason(step);
  if (!uncached.empty()) {
    const auto& python = python_of(live.plan().pipeline(), step);
    if (python) {
      const auto environment = parts_.facts.environment(python, "");
      if (!environment) return failed(Cause::environment, environment.error());
      if (std::holds_alternative<EnvironmentPending>(*environment))
        return KeyAnswer{KeyPending{}, {}};
    }
    return KeyAnswer{KeyUncached{}, TaskManifest{task, {}, uncached}};
  }
  auto prepared = prepare_key(live, task, parts_.facts, true);
  if (!prepared)
    return failed(
        prepared.error().code == Errc::unavailable ? Cause::environment : Cause::invalid_expression,
        prepared.error());
  if (prepared->environment_pending) return KeyAnswer{KeyPending{}, {}};

  const StepKey key = step_key(prepared->manifest);
  active.wanted_keys[task] = {key, prepared->manifest.source, step.settings->cache.expires};
  std::string forced = live.forced_reason(task);
  if (forced.empty() && live.record().options.no_cache) forced = "it was asked to run anew";
  if (!forced.empty()) {
    active.new_manifests.emplace_back(task, std::move(prepared->manifest));
    return KeyAnswer{KeyUncached{}, TaskManifest{task, key.key, std::move(forced)}};
  }
  questions.push_back({task, key, live.task_path(task), std::move(prepared->manifest)});
  return std::nullopt;
}

Result<void> Engine::ask_cache(ActiveRun& active, Transaction& reader,
                               std::vector<Question> questions, Time now) {
  std::vector<CacheQuery> queries;
  queries.reserve(questions.size());
  for (const Question& question : questions)
    queries.push_back(
        {question.key, question.manifest, active.live.record().pipeline, question.path, now});
  std::vector<CacheAnswer> answers = TRY(parts_.cache.find_many(reader, queries));
  for (std::size_t i = 0; i < questions.size(); ++i) {
    auto& [task, key, path, manifest] = questions[i];
    TaskManifest record{task, key.key, std::move(answers[i].reason)};
    if (auto& hit = answers[i].hit) {
      active.wanted_keys.erase(task);
      active.live.apply_key(task, {KeyHit{std::move(hit->outputs), hit->from}, std::move(record)},
                            now);
    } else {
      active.new_manifests.emplace_back(task, std::move(manifest));
      active.live.apply_key(task, {KeyMiss{}, std::move(record)}, now);
    }
  }
  return {};
}

Result<void> Engine::commit(ActiveRun& active, RunChanges& changes, Time now) {
  const RunRecord& run = active.live.record();
  auto transaction = TRY(parts_.database.begin_write());
  for (auto& [task, manifest] : active.new_manifests)
    TRY(parts_.cache.keep_manifest(transaction, manifest, run.pipeline, active.live.task_path(task),
                                   task_key(run.id, task)));
  for (const AttemptClosed& closed : changes.closed)
    TRY(keep_result(active, transaction, closed, changes, now));
  TRY(parts_.runs.commit(transaction, run.id, active.fence, changes));
  TRY(transaction.commit());
  active.new_manifests.clear();
  for (const AttemptClosed& closed : changes.closed)
    if (is_ended(active.live.task(closed.id.task).state)) active.wanted_keys.erase(closed.id.task);
  return {};
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
  const WantedKey& key = wanted->second;
  // A result of files that have changed meanwhile belongs to no key that we know.
  auto changed = TRY(parts_.facts.changed_since(*key.source));
  if (!changed.empty()) {
    active.keeps_all_results = false;
    changes.manifests.push_back(
        {closed.id.task, key.key.key,
         fmt::format("{} changed while it ran, so its result is not kept", changed.front())});
    return {};
  }
  std::optional<Time> expires_at;
  if (key.expires) expires_at = now + *key.expires;
  return parts_.cache.keep_result(transaction, key.key, closed.id, success->outputs, expires_at,
                                  now);
}

void Engine::launch(ActiveRun& active, const AttemptId& attempt, bool is_adopted) {
  auto prepared = prepare_launch(active.live, attempt, parts_.facts,
                                 {settings_.project_root, settings_.home + "/attempts"});
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
