#include "cli/event_triggers.h"

#include <algorithm>
#include <array>
#include <set>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/event_params.h"
#include "definition/pipeline_assets.h"
#include "definition/pushed_names.h"

namespace gt {

namespace {

/// Every pipeline that runs of `from` lead to, without an `if` on the way.
using Edges = std::multimap<std::string, std::string>;
bool leads_back(const Edges& edges, const std::string& from) {
  std::set<std::string> seen;
  std::vector<std::string> open = {from};
  while (!open.empty()) {
    const std::string at = std::move(open.back());
    open.pop_back();
    const auto [first, last] = edges.equal_range(at);
    for (auto edge = first; edge != last; ++edge) {
      if (edge->second == from) return true;
      if (seen.insert(edge->second).second) open.push_back(edge->second);
    }
  }
  return false;
}

/// nullopt: the trigger's `if` does not want it.
Result<std::optional<NewRun>> run_of_event(NewRuns& new_runs, const Pipeline& pipeline,
                                           const Trigger& trigger, Time logical_date,
                                           const Value& event) {
  auto params = TRY(event_params(pipeline, trigger, logical_date, event));
  if (!params) return std::optional<NewRun>();
  NewRun run = TRY(new_runs.of(*std::move(params)));
  return std::optional(std::move(run));
}

/// The one that watched the trigger before; null: it is new.
template <typename List, typename Watched>
auto* find_watched(List& list, const Watched& watched) {
  const auto found =
      std::ranges::find_if(list, [&](const auto& one) { return one.watched == watched; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

EventTriggers::EventTriggers(Session& session, Records& records, Workshop& workshop,
                             FiringStore& firings, Say say)
    : session_(session),
      records_(records),
      workshop_(workshop),
      firings_(firings),
      say_(std::move(say)),
      files_watch_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

bool EventTriggers::watch(
    const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines) {
  std::vector<RunEnds> run_ends;
  std::vector<Assets> assets;
  std::vector<Files> files;
  bool has_new = false;
  for (const auto& [name, pipeline] : pipelines)
    for (std::size_t i = 0; i < pipeline->source.pipeline->triggers.size(); ++i) {
      Watched watched{pipeline, i};
      const auto& rule = watched.trigger().rule;
      if (std::holds_alternative<RunEndRule>(rule)) {
        RunEnds* const before = find_watched(run_ends_, watched);
        has_new = has_new || before == nullptr;
        run_ends.push_back(before != nullptr ? *before : RunEnds{std::move(watched)});
      } else if (std::holds_alternative<AssetRule>(rule)) {
        Assets* const before = find_watched(assets_, watched);
        has_new = has_new || before == nullptr;
        assets.push_back(before != nullptr ? *before : Assets{std::move(watched)});
      } else if (const auto* const file = std::get_if<FileRule>(&rule)) {
        Files* const before = find_watched(files_, watched);
        has_new = has_new || before == nullptr;
        if (before != nullptr) {
          files.push_back(std::move(*before));
        } else if (auto arrivals = FileArrivals::open(records_.project.root, *file)) {
          files.push_back({std::move(watched), *std::move(arrivals)});
        }
      }
    }
  files_ = std::move(files);
  run_ends_ = std::move(run_ends);
  assets_ = std::move(assets);
  drop_circles(pipelines);
  return has_new;
}

Result<std::vector<FiredTrigger>> EventTriggers::hear_files() {
  std::vector<FiredTrigger> all;
  for (Files& one : files_) {
    Fired fired = TRY(hear_files_of(one));
    all.push_back({one.watched.served, one.watched.trigger().name, std::move(fired)});
  }
  return all;
}

Result<Fired> EventTriggers::hear_files_of(Files& files) {
  const Pipeline& pipeline = files.watched.pipeline();
  const Trigger& trigger = files.watched.trigger();
  const auto there = files.arrivals.look(session_.clock);
  const std::string trouble = there ? "" : there.error().message;
  if (trouble != files.trouble && !trouble.empty())
    say_(fmt::format("{} {}: {}", pipeline.name, trigger.name, trouble));
  files.trouble = trouble;
  if (!there) return Fired();
  // One that is watched already is the same watch.
  for (const std::string& folder : files.arrivals.folders())
    (void)inotify_add_watch(
        files_watch_.get(), folder.c_str(),
        IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR);
  NewRuns new_runs(session_, records_, workshop_, *files.watched.served);
  const Time now = session_.clock.now();
  return fire_files(
      parts(), {pipeline.name, trigger}, *there,
      [&](const ArrivedFile& file) {
        return run_of_event(new_runs, pipeline, trigger, now, event_of(file));
      },
      [&](Transaction& writer) { return new_runs.keep_pipeline(writer); }, now);
}

std::optional<Duration> EventTriggers::until_files_rest() const {
  std::optional<Duration> first;
  for (const Files& one : files_)
    if (const auto wait = one.arrivals.until_stable(session_.clock.steady()))
      first = std::min(first.value_or(*wait), *wait);
  return first;
}

bool EventTriggers::drain_files() {
  alignas(inotify_event) std::array<char, 16384> bytes;
  bool is_news = false;
  while (::read(files_watch_.get(), bytes.data(), bytes.size()) > 0) is_news = true;
  return is_news;
}

void EventTriggers::drop_circles(
    const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines) {
  std::multimap<std::string, std::string> updaters;
  if (!assets_.empty())
    for (const auto& [name, served] : pipelines)
      for (const std::string& asset : updated_assets(*served->source.pipeline))
        updaters.emplace(name_beside(name, asset), name);
  Edges edges;
  for (const RunEnds& one : run_ends_)
    if (const Trigger& trigger = one.watched.trigger(); !trigger.condition)
      edges.emplace(std::get<RunEndRule>(trigger.rule).pipeline, one.watched.pipeline().name);
  for (const Assets& one : assets_) {
    const Trigger& trigger = one.watched.trigger();
    if (trigger.condition) continue;
    for (const std::string& asset : assets_of(std::get<AssetRule>(trigger.rule))) {
      const auto [first, last] = updaters.equal_range(asset);
      for (auto updater = first; updater != last; ++updater)
        edges.emplace(updater->second, one.watched.pipeline().name);
    }
  }
  std::string circle;
  const auto is_in_circle = [&](const auto& one) {
    const Trigger& trigger = one.watched.trigger();
    const std::string& name = one.watched.pipeline().name;
    if (trigger.condition || !leads_back(edges, name)) return false;
    circle += fmt::format("{}{} {}", circle.empty() ? "" : ", ", name, trigger.name);
    return true;
  };
  std::erase_if(run_ends_, is_in_circle);
  std::erase_if(assets_, is_in_circle);
  if (circle != told_circle_ && !circle.empty())
    say_(
        fmt::format("{}: pipelines wait for each other in a circle, so these triggers begin no "
                    "runs; an `if` can end it",
                    circle));
  told_circle_ = std::move(circle);
}

Result<std::vector<FiredTrigger>> EventTriggers::hear_run_ends() {
  std::vector<FiredTrigger> all;
  std::int64_t last = 0;
  {
    auto reader = TRY(records_.database->begin_read());
    last = TRY(RunEndStore().last(reader));
  }
  for (RunEnds& one : run_ends_) {
    // Most that is told of is no end.
    if (one.heard == last) continue;
    const Pipeline& pipeline = one.watched.pipeline();
    const Trigger& trigger = one.watched.trigger();
    NewRuns new_runs(session_, records_, workshop_, *one.watched.served);
    FiredRunEnds fired = TRY(fire_run_ends(
        parts(), {pipeline.name, trigger}, one.heard.value_or(0),
        [&](const RunRecord& ended) {
          return run_of_event(new_runs, pipeline, trigger, ended.logical_date, event_of(ended));
        },
        [&](Transaction& writer) { return new_runs.keep_pipeline(writer); }, session_.clock.now()));
    one.heard = fired.heard;
    all.push_back({one.watched.served, trigger.name, std::move(fired.fired)});
  }
  return all;
}

Result<std::vector<FiredTrigger>> EventTriggers::hear_assets() {
  std::vector<FiredTrigger> all;
  if (assets_.empty()) return all;
  std::int64_t last = 0;
  {
    auto reader = TRY(records_.database->begin_read());
    last = TRY(AssetStore().last(reader));
  }
  for (Assets& one : assets_) {
    if (one.looked_at == last) continue;
    const Pipeline& pipeline = one.watched.pipeline();
    const Trigger& trigger = one.watched.trigger();
    NewRuns new_runs(session_, records_, workshop_, *one.watched.served);
    FiredAssets fired = TRY(fire_assets(
        parts(), {pipeline.name, trigger},
        [&](const std::vector<RecordedAssetUpdate>& updates) {
          return run_of_event(new_runs, pipeline, trigger, updates.back().update.logical_date,
                              event_of(updates, pipeline.name));
        },
        [&](Transaction& writer) { return new_runs.keep_pipeline(writer); }, session_.clock.now()));
    one.looked_at = fired.looked_at;
    all.push_back({one.watched.served, trigger.name, std::move(fired.fired)});
  }
  return all;
}

Result<FiredTrigger> EventTriggers::hear_call(const std::shared_ptr<const ServedPipeline>& pipeline,
                                              const HeardCall& call, CallAnswer& answer) {
  const auto& triggers = pipeline->source.pipeline->triggers;
  const auto found = std::ranges::find(triggers, call.trigger, &Trigger::name);
  if (found == triggers.end() || !std::holds_alternative<WebhookRule>(found->rule))
    return error(Errc::not_found, "trigger {} takes no calls any more", printable(call.trigger));
  FiredTrigger result{pipeline, call.trigger, {}};
  NewRuns new_runs(session_, records_, workshop_, *pipeline);
  const Time now = session_.clock.now();
  auto wanted = run_of_event(new_runs, *pipeline->source.pipeline, *found, now, event_of(call));
  if (wanted && !*wanted) {
    answer.outcome = "ignored";
    return result;
  }
  Result<NewRun> run = wanted ? Result<NewRun>(**std::move(wanted)) : wanted.error();
  JsonObject cause{{"webhook", call.name}};
  if (!call.kind.empty()) cause.set("kind", call.kind);
  if (!call.delivery.empty()) cause.set("delivery", call.delivery);
  FiredEvent fired = TRY(fire_event(
      parts(), {call.pipeline, *found},
      {.name = call.name, .cause = std::move(cause), .run = std::move(run)},
      [&](Transaction& writer) { return new_runs.keep_pipeline(writer); }, now));
  if (fired.is_known) {
    answer.outcome = "known";
  } else if (!fired.fired.runs.empty()) {
    answer.outcome = to_text(FiringOutcome::begun);
    answer.run = fired.fired.runs.front();
  } else {
    answer.outcome = to_text(fired.fired.without_run.front().outcome);
    answer.reason = fired.fired.without_run.front().reason;
  }
  result.fired = std::move(fired.fired);
  return result;
}

}  // namespace gt
