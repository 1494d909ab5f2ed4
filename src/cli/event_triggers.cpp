#include "cli/event_triggers.h"

#include <algorithm>
#include <array>
#include <set>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/event_params.h"

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

const Trigger& trigger_of(const ServedPipeline& pipeline, std::size_t index) {
  return pipeline.source.pipeline->triggers[index];
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

void EventTriggers::watch(
    const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines) {
  std::vector<RunEnds> now;
  for (const auto& [name, pipeline] : pipelines)
    for (std::size_t i = 0; i < pipeline->source.pipeline->triggers.size(); ++i) {
      if (!std::holds_alternative<RunEndRule>(trigger_of(*pipeline, i).rule)) continue;
      const auto before = std::ranges::find_if(run_ends_, [&](const RunEnds& one) {
        return one.pipeline == pipeline && one.trigger == i;
      });
      now.push_back({pipeline, i, before == run_ends_.end() ? 0 : before->heard});
    }
  run_ends_ = without_circles(std::move(now));
  watch_files(pipelines);
}

void EventTriggers::watch_files(
    const std::map<std::string, std::shared_ptr<const ServedPipeline>>& pipelines) {
  std::vector<Files> now;
  for (const auto& [name, pipeline] : pipelines)
    for (std::size_t i = 0; i < pipeline->source.pipeline->triggers.size(); ++i) {
      const auto* const rule = std::get_if<FileRule>(&trigger_of(*pipeline, i).rule);
      if (rule == nullptr) continue;
      const auto before = std::ranges::find_if(
          files_, [&](const Files& one) { return one.pipeline == pipeline && one.trigger == i; });
      if (before != files_.end()) {
        now.push_back(std::move(*before));
        continue;
      }
      auto arrivals = FileArrivals::open(records_.project.root, *rule);
      if (arrivals) now.push_back({pipeline, i, *std::move(arrivals)});
    }
  files_ = std::move(now);
}

Result<std::vector<FiredTrigger>> EventTriggers::hear_files() {
  std::vector<FiredTrigger> all;
  for (Files& one : files_) {
    Fired fired = TRY(hear_files_of(one));
    all.push_back({one.pipeline, trigger_of(*one.pipeline, one.trigger).name, std::move(fired)});
  }
  return all;
}

Result<Fired> EventTriggers::hear_files_of(Files& files) {
  const Pipeline& pipeline = *files.pipeline->source.pipeline;
  const Trigger& trigger = trigger_of(*files.pipeline, files.trigger);
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
  NewRuns new_runs(session_, records_, workshop_, *files.pipeline);
  const Time now = session_.clock.now();
  const auto run_of = [&](const ArrivedFile& file) -> Result<std::optional<NewRun>> {
    auto params = TRY(event_params(pipeline, trigger, now, event_of(file)));
    if (!params) return std::optional<NewRun>();
    NewRun run = TRY(new_runs.of(*std::move(params)));
    return std::optional(std::move(run));
  };
  return fire_files(
      {*records_.database, records_.runs, firings_, session_.entropy}, {pipeline.name, trigger},
      *there, run_of, [&](Transaction& writer) { return new_runs.keep_pipeline(writer); }, now);
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

std::vector<EventTriggers::RunEnds> EventTriggers::without_circles(std::vector<RunEnds> all) {
  Edges edges;
  for (const RunEnds& one : all) {
    const Trigger& trigger = trigger_of(*one.pipeline, one.trigger);
    if (!trigger.condition)
      edges.emplace(std::get<RunEndRule>(trigger.rule).pipeline,
                    one.pipeline->source.pipeline->name);
  }
  std::string circle;
  std::erase_if(all, [&](const RunEnds& one) {
    const Trigger& trigger = trigger_of(*one.pipeline, one.trigger);
    const std::string& name = one.pipeline->source.pipeline->name;
    if (trigger.condition || !leads_back(edges, name)) return false;
    circle += fmt::format("{}{} {}", circle.empty() ? "" : ", ", name, trigger.name);
    return true;
  });
  if (circle != told_circle_ && !circle.empty())
    say_(
        fmt::format("{}: pipelines wait for each other in a circle, so these triggers begin no "
                    "runs; an `if` can end it",
                    circle));
  told_circle_ = std::move(circle);
  return all;
}

Result<std::vector<FiredTrigger>> EventTriggers::hear_run_ends() {
  std::vector<FiredTrigger> all;
  for (RunEnds& one : run_ends_) {
    const Pipeline& pipeline = *one.pipeline->source.pipeline;
    const Trigger& trigger = trigger_of(*one.pipeline, one.trigger);
    NewRuns new_runs(session_, records_, workshop_, *one.pipeline);
    const auto run_of = [&](const RunRecord& ended) -> Result<std::optional<NewRun>> {
      auto params = TRY(event_params(pipeline, trigger, ended.logical_date, event_of(ended)));
      if (!params) return std::optional<NewRun>();
      NewRun run = TRY(new_runs.of(*std::move(params)));
      return std::optional(std::move(run));
    };
    FiredRunEnds fired = TRY(fire_run_ends(
        {*records_.database, records_.runs, firings_, session_.entropy}, {pipeline.name, trigger},
        one.heard, run_of, [&](Transaction& writer) { return new_runs.keep_pipeline(writer); },
        session_.clock.now()));
    one.heard = fired.heard;
    all.push_back({one.pipeline, trigger.name, std::move(fired.fired)});
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
  auto params = event_params(*pipeline->source.pipeline, *found, now, event_of(call));
  if (params && !*params) {
    answer.outcome = "ignored";
    return result;
  }
  const auto run_of = [&]() -> Result<NewRun> { return new_runs.of(*TRY(std::move(params))); };
  JsonObject cause{{"webhook", call.name}};
  if (!call.kind.empty()) cause.set("kind", call.kind);
  if (!call.delivery.empty()) cause.set("delivery", call.delivery);
  FiredEvent fired = TRY(fire_event(
      {*records_.database, records_.runs, firings_, session_.entropy}, {call.pipeline, *found},
      {.name = call.name, .cause = std::move(cause), .run = run_of()},
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
