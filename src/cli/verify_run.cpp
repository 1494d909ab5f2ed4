#include "cli/verify_run.h"

#include <algorithm>
#include <variant>

#include "base/text.h"
#include "blob/memory_blobs.h"
#include "cache/cache.h"
#include "cache/explanation.h"
#include "cli/counted.h"
#include "cli/reproduction.h"
#include "cli/values_of_project.h"
#include "schedule/task_context.h"

namespace gt {

namespace {

/// What came of one task.
struct Verified {
  const TaskRecord* task = nullptr;
  std::string path;
  std::string refusal;  ///< why it was not executed; empty if it was
  std::string failure;  ///< of the execution
  Examination found;

  const char* state() const {
    if (!refusal.empty()) return "not compared";
    if (!failure.empty()) return "failed";
    return found.is_same ? "same" : "differs";
  }
};

bool is_meant(const std::string& path, const std::vector<std::string>& steps) {
  if (steps.empty()) return true;
  return std::ranges::any_of(steps, [&](const std::string& step) {
    return path == step || path.starts_with(step + "[") || path.starts_with(step + ".");
  });
}

class RunVerifier {
 public:
  RunVerifier(Session& session, Records& records, const VerifyRunRequest& request)
      : session_(session), records_(records), request_(request), cache_(no_blobs_) {}

  Result<std::vector<Verified>> verify(Transaction& reader, const RunView& view) {
    for (const std::string& step : request_.steps) TRY(view.find(step));
    const LiveRun live = TRY(recorded_live_run(records_, reader, view));
    const Project project = TRY(project_of(records_, reader, view.run()));
    auto reproduction =
        TRY(Reproduction::open(session_, records_, project, pushed_project_of(view.run())));
    std::vector<Verified> verified;
    for (const TaskRecord* task : view.in_order()) {
      if (view.has_parts(*task) || task->kind != TaskKind::step) continue;
      Verified one{
          .task = task, .path = view.path(*task), .refusal = {}, .failure = {}, .found = {}};
      if (!is_meant(one.path, request_.steps)) continue;
      one.refusal = TRY(refusal_of(reader, view, live, *task, reproduction->facts()));
      verified.push_back(std::move(one));
    }
    if (request_.count) choose(verified);
    for (Verified& one : verified)
      if (one.refusal.empty()) TRY(execute(reader, view, live, *reproduction, one));
    return verified;
  }

 private:
  /// Leaves `count` of those that can be compared, and nothing else.
  void choose(std::vector<Verified>& verified) {
    std::erase_if(verified, [](const Verified& one) { return !one.refusal.empty(); });
    while (std::ssize(verified) > *request_.count)
      verified.erase(verified.begin() +
                     static_cast<std::ptrdiff_t>(session_.entropy.below(verified.size())));
  }

  /// Empty if everything that its result depends on is as it was.
  Result<std::string> refusal_of(Transaction& reader, const RunView& view, const LiveRun& live,
                                 const TaskRecord& task, HostFacts& facts) {
    if (!is_success(task.state)) return fmt::format("it is {}", to_text(task.state));
    const Step& step = view.step_of(task);
    if (step.is_waiting()) return std::string("it has no process");
    if (step.outputs.empty()) return std::string("it has no outputs");
    if (view.result(task) == nullptr) return std::string("its result is not kept");
    const auto& python = python_of(view.plan(), task.step);
    if (python) TRY(facts.python_variables(*python));
    const auto prepared = prepare_key(live, task.index, facts, false);
    if (!prepared) return prepared.error().message;
    const auto recorded = TRY(records_.runs.manifest(reader, view.run().id, task.index));
    if (recorded && recorded->key)
      return changes_since(reader, *recorded->key, task_key(view.run().id, task.index),
                           prepared->manifest);
    const auto source = TRY(facts.source(nullptr));
    if (source->digest.hex() != view.run().source_digest)
      return std::string(
          "source files have changed since, and the step does not say which it reads");
    return std::string();
  }

  Result<std::string> changes_since(Transaction& reader, const Digest& key, std::int64_t task,
                                    const StepManifest& now) {
    if (step_key(now).key == key) return std::string();
    const auto before = TRY(cache_.manifest_text(reader, key));
    const auto wanted = TRY(cache_.wanted_key(reader, task));
    if (!before || !wanted) return std::string("what it depends on has changed since");
    const std::string base =
        before->substr(0, before->size() - std::min(before->size(), wanted->source->text.size()));
    std::vector<std::string> changes = base_differences(base, base_text(now));
    for (std::string& change : source_differences(wanted->source->text, now.source->text))
      changes.push_back(std::move(change));
    return in_words(changes) + " since";
  }

  Result<void> execute(Transaction& reader, const RunView& view, const LiveRun& live,
                       Reproduction& reproduction, Verified& one) {
    session_.console.say(fmt::format("executing {} once more", one.path));
    const Execution recorded = TRY(reproduction.recorded(reader, view, *one.task));
    int executions = 0;
    const Execute again = [&](const Conditions& conditions) {
      if (++executions == 2)
        session_.console.say(fmt::format("{} differs; looking for the reason", one.path));
      return reproduction.execute(live, *one.task, conditions);
    };
    const Pause pause = [&] { return reproduction.pause(); };
    auto examined =
        examine(recorded, again, pause, request_.is_quick ? Depth::compare : Depth::explain);
    if (examined) {
      one.found = *std::move(examined);
      return {};
    }
    if (examined.error().code == Errc::cancelled) return examined.error();
    one.failure = examined.error().message;
    return {};
  }

  Session& session_;
  Records& records_;
  const VerifyRunRequest& request_;
  MemoryBlobs no_blobs_;
  Cache cache_;
};

std::string output_of(const RunView& view, const Verified& one) {
  const auto names = output_names(view.step_of(*one.task));
  const std::size_t at = one.found.difference->output;
  return at < names.size() ? names[at] : "";
}

JsonObject shape_of(const RunView& view, const Verified& one) {
  JsonObject shape{{"task", one.path}, {"state", one.state()}};
  const auto& difference = one.found.difference;
  const auto& finding = one.found.finding;
  const auto text_or_null = [](bool is_there, const std::string& text) {
    return is_there && !text.empty() ? Json(text) : Json();
  };
  shape.set("output", difference ? Json(output_of(view, one)) : Json());
  shape.set("file", difference ? text_or_null(true, difference->file) : Json());
  shape.set("difference", difference ? Json(difference->what) : Json());
  shape.set("reason", finding ? Json(to_text(finding->reason)) : Json());
  shape.set("sureness", finding ? Json(to_text(finding->sureness)) : Json());
  shape.set("explanation",
            finding ? Json(finding->explanation) : text_or_null(true, one.refusal + one.failure));
  shape.set("executions", std::int64_t{one.found.executions});
  return shape;
}

void print(Console& console, const RunView& view, const Verified& one) {
  const Tone tone = !one.refusal.empty() ? Tone::faint : one.found.is_same ? Tone::good : Tone::bad;
  std::string line =
      console.painted(Tone::strong, one.path) + " " + console.painted(tone, one.state());
  if (!one.refusal.empty()) line += ": " + printable(one.refusal);
  if (!one.failure.empty()) line += " now: " + printable(one.failure);
  if (one.found.difference) {
    const ResultDifference& difference = *one.found.difference;
    line += fmt::format(": output {}{}: {}", output_of(view, one),
                        difference.file.empty() ? "" : ", file " + printable(difference.file),
                        difference.what);
  }
  console.print(line + "\n");
  if (one.found.finding)
    console.print(fmt::format("  {} ({}): {}\n", to_text(one.found.finding->reason),
                              to_text(one.found.finding->sureness),
                              one.found.finding->explanation));
}

}  // namespace

Result<ExitCode> verify_run(Session& session, Records& records, const VerifyRunRequest& request,
                            const OutputForm& output) {
  auto reader = TRY(records.database->begin_read());
  const RunRecord run = TRY(find_run(records, reader, request.run));
  const RunView view = TRY(RunView::load(records.runs, reader, run));
  const std::vector<Verified> verified =
      TRY(RunVerifier(session, records, request).verify(reader, view));
  const auto is_compared = [](const Verified& one) { return one.refusal.empty(); };
  const auto is_wrong = [](const Verified& one) {
    return one.refusal.empty() && (!one.failure.empty() || !one.found.is_same);
  };
  const auto compared = std::ranges::count_if(verified, is_compared);
  const auto wrong = std::ranges::count_if(verified, is_wrong);
  JsonList tasks;
  for (const Verified& one : verified) {
    tasks.emplace_back(shape_of(view, one));
    if (output.is_table()) print(session.console, view, one);
  }
  if (!output.is_table())
    session.console.print(output.text_of(JsonObject{{"sound", compared > 0 && wrong == 0},
                                                    {"run", run.name()},
                                                    {"artifacts", std::int64_t{0}},
                                                    {"bytes", std::int64_t{0}},
                                                    {"damaged", JsonList()},
                                                    {"database", JsonList()},
                                                    {"tasks", std::move(tasks)}}));
  if (compared == 0)
    return Error{
        Errc::conflict, fmt::format("nothing of {} could be compared", run.name()),
        fmt::format("`geartrain diff {} RUN` and `git stash` show and restore source as it "
                    "was",
                    run.name())};
  session.console.say(fmt::format("{} of {} executed once more gave the same bytes",
                                  compared - wrong, counted(compared, "task")));
  return wrong == 0 ? ExitCode::ok : ExitCode::failed;
}

}  // namespace gt
