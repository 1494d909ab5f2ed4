#include "engine/forecast.h"

#include <array>
#include <map>

#include "engine/step_preparation.h"
#include "schedule/wait_text.h"

namespace gt {

namespace {

struct Judged {
  ForecastVerdict verdict;
  std::string reason;
};

class Forecaster {
 public:
  Forecaster(LiveRun live, StepFacts& facts, Cache& cache, Transaction& reader, Time now)
      : live_(std::move(live)), facts_(facts), cache_(cache), reader_(reader), now_(now) {}

  Result<Forecast> make() {
    live_.start(now_);
    // Nothing is ever launched: each task ends by a hit, a skip, or as unknown.
    for (Decisions decisions = live_.decide(now_);
         !decisions.lookups.empty() || !decisions.waits.empty(); decisions = live_.decide(now_)) {
      for (const TaskIndex task : decisions.lookups) TRY(judge_task(task));
      for (const TaskIndex task : decisions.waits)
        TRY(end(task, ForecastVerdict::run, wait_text(live_, task)));
    }
    Forecast forecast;
    add_tasks({0, live_.plan().scope(root_scope).step_count}, forecast);
    add_tasks({live_.first_task(finally_scope), live_.plan().scope(finally_scope).step_count},
              forecast);
    return forecast;
  }

 private:
  Result<void> judge_task(TaskIndex task) {
    const std::string uncached = uncached_reason(live_, task);
    if (!uncached.empty()) return end(task, ForecastVerdict::run, uncached);
    auto prepared = prepare_key(live_, task, facts_, false);
    if (!prepared && prepared.error().code == Errc::unavailable)
      return end(task, ForecastVerdict::unknown, prepared.error().message);
    if (!prepared) return end(task, ForecastVerdict::run, prepared.error().message);
    const StepIndex index = live_.task(task).step;
    if (live_.record().options.no_cache || live_.selection().is_forced(index))
      return end(task, ForecastVerdict::run, "it is asked to run anew");
    const StepKey key = step_key(prepared->manifest);
    CacheAnswer found = TRY(cache_.find(reader_, {key, prepared->manifest, live_.record().pipeline,
                                                  live_.task_path(task), now_, Purpose::forecast}));
    if (!found.hit) return end(task, ForecastVerdict::run, found.reason);
    judged_[task] = {ForecastVerdict::hit, found.reason};
    live_.apply_key(task, {KeyHit{std::move(found.hit->outputs), found.hit->from}, {}}, now_);
    return {};
  }

  Result<void> end(TaskIndex task, ForecastVerdict verdict, const std::string& reason) {
    judged_[task] = {verdict, reason};
    live_.end_unknown(task, reason, now_);
    return {};
  }

  Judged judge_of(TaskIndex task) const {
    if (const auto found = judged_.find(task); found != judged_.end()) return found->second;
    if (live_.task(task).state == TaskState::skipped)
      return {ForecastVerdict::skip, live_.selection().is_excluded(live_.task(task).step)
                                         ? "not selected"
                                         : "its condition does not hold"};
    if (const std::string* why = live_.unknown_reason(task))
      return {ForecastVerdict::unknown, *why};
    if (const AttemptFailed* failure = live_.failure(task))
      return {ForecastVerdict::run, failure->message};
    return {ForecastVerdict::unknown, ""};
  }

  /// A container is what its parts are together.
  Judged add_tasks(const TaskChildren& tasks, Forecast& forecast) {
    std::array<std::uint32_t, 4> tally{};
    for (const TaskIndex task : tasks) {
      const std::size_t place = forecast.tasks.size();
      const LiveRun::Task& seen = live_.task(task);
      forecast.tasks.push_back({live_.task_path(task), seen.step, seen.kind, {}, {}});
      Judged judged = judge_of(task);
      const TaskChildren children = live_.children(task);
      if (children.size() > 0) judged = add_tasks(children, forecast);
      if (seen.kind == TaskKind::matrix && children.size() == 0 && !live_.unknown_reason(task) &&
          judged.verdict == ForecastVerdict::unknown)
        judged = {ForecastVerdict::skip, "its matrix has no items"};
      const bool may_run =
          judged.verdict == ForecastVerdict::run || judged.verdict == ForecastVerdict::unknown;
      if (children.size() == 0 && may_run) forecast.has_changes = true;
      forecast.tasks[place].verdict = judged.verdict;
      forecast.tasks[place].reason = judged.reason;
      ++tally[static_cast<std::size_t>(judged.verdict)];
    }
    for (const ForecastVerdict verdict :
         {ForecastVerdict::run, ForecastVerdict::unknown, ForecastVerdict::hit})
      if (const std::uint32_t n = tally[static_cast<std::size_t>(verdict)])
        return {verdict, fmt::format("{} of {}", n, tasks.size())};
    return {ForecastVerdict::skip, ""};
  }

  LiveRun live_;
  StepFacts& facts_;
  Cache& cache_;
  Transaction& reader_;
  Time now_;
  std::map<TaskIndex, Judged> judged_;
};

}  // namespace

Result<Forecast> forecast(std::shared_ptr<const Plan> plan, Selection selection,
                          const RunRecord& run, StepFacts& facts, Cache& cache, Transaction& reader,
                          Clock& clock) {
  return Forecaster(LiveRun::begin(std::move(plan), std::move(selection), run), facts, cache,
                    reader, clock.now())
      .make();
}

const char* to_text(ForecastVerdict verdict) {
  switch (verdict) {
    case ForecastVerdict::run:
      return "run";
    case ForecastVerdict::hit:
      return "hit";
    case ForecastVerdict::skip:
      return "skip";
    case ForecastVerdict::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace gt
