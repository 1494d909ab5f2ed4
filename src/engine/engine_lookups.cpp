// Ready tasks: by which key they are known, and what the cache has for it.
#include <algorithm>
#include <span>

#include "engine/active_run.h"
#include "engine/asked_facts.h"
#include "engine/step_preparation.h"

namespace gt {

namespace {

/// Manifests that are in memory at once, besides those that a commit is to write.
constexpr std::size_t lookups_at_once = 512;

}  // namespace

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
  const auto place = place_of(active);
  if (!place) return failed(Cause::environment, place.error());
  const std::string uncached = uncached_reason(live, task);
  if (!uncached.empty()) {
    const auto& python = python_of(live.plan(), live.task(task).step);
    if (python) {
      const auto environment = place->facts.environment(python, "");
      if (!environment) return failed(Cause::environment, environment.error());
      if (std::holds_alternative<EnvironmentPending>(*environment))
        return KeyAnswer{KeyPending{}, {}};
    }
    return KeyAnswer{KeyUncached{}, TaskManifest{task, {}, uncached}};
  }
  AskedFacts facts(place->facts);
  auto prepared = prepare_key(live, task, facts, true);
  if (!prepared)
    return failed(
        prepared.error().code == Errc::unavailable ? Cause::environment : Cause::invalid_expression,
        prepared.error());
  if (prepared->environment_pending) return KeyAnswer{KeyPending{}, {}};

  const StepKey key = step_key(prepared->manifest);
  active.wanted_keys[task] = {key, prepared->manifest.source, step.settings->cache.expires,
                              facts.outside()};
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

}  // namespace gt
