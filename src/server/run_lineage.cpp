#include "server/run_lineage.h"

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "base/text.h"

namespace gt {

namespace {

constexpr std::string_view event_schema =
    "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
/// The spec wants an address for who tells.
std::string producer_of(const LineageNames& names) {
  return "https://geartrain.dev/" + names.version;
}

/// "01234567-89ab-cdef-0123-456789abcdef" of 32 hex digits.
std::string dashed(std::string_view hex) {
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

/// A UUID of version 8 (RFC 9562), the same for the same task as often as it is asked for.
std::string task_run_id(const RunRecord& run, const TaskRecord& task) {
  std::string hex =
      sha256(fmt::format("{} {} {}", run.uuid, task.index, task.attempts)).hex().substr(0, 32);
  hex[12] = '8';
  hex[16] = 'a';
  return dashed(hex);
}

JsonObject facet(const LineageNames& names, std::string_view file, std::string_view version,
                 JsonObject members) {
  JsonObject made{
      {"_producer", producer_of(names)},
      {"_schemaURL", fmt::format("https://openlineage.io/spec/facets/{}/{}.json#/$defs/{}", version,
                                 file, file)}};
  for (auto& [name, value] : members) made.set(name, value);
  return made;
}

JsonObject job(const LineageNames& names, std::string name, std::string_view type) {
  return {{"namespace", names.namespace_name},
          {"name", std::move(name)},
          {"facets", JsonObject{{"jobType", facet(names, "JobTypeJobFacet", "2-0-3",
                                                  {{"processingType", "BATCH"},
                                                   {"integration", "GEARTRAIN"},
                                                   {"jobType", type}})}}}};
}

JsonObject event(const LineageNames& names, std::string_view type, Time at, JsonObject run,
                 JsonObject its_job) {
  return {
      {"eventType", type},         {"eventTime", format_time(at)}, {"producer", producer_of(names)},
      {"schemaURL", event_schema}, {"run", std::move(run)},        {"job", std::move(its_job)},
      {"inputs", JsonList()},      {"outputs", JsonList()}};
}

JsonObject run_part(const LineageNames& names, const RunRecord& run) {
  JsonObject facets;
  const DataInterval span = run.interval.value_or(DataInterval{run.logical_date, run.logical_date});
  facets.set("nominalTime", facet(names, "NominalTimeRunFacet", "1-0-1",
                                  {{"nominalStartTime", format_time(span.start)},
                                   {"nominalEndTime", format_time(span.end)}}));
  return {{"runId", dashed(run.uuid)}, {"facets", std::move(facets)}};
}

JsonObject task_part(const LineageNames& names, const RunView& view, const TaskRecord& task) {
  JsonObject facets;
  facets.set("parent", facet(names, "ParentRunFacet", "1-0-1",
                             {{"run", JsonObject{{"runId", dashed(view.run().uuid)}}},
                              {"job", JsonObject{{"namespace", names.namespace_name},
                                                 {"name", view.run().pipeline}}}}));
  if (!task.message.empty() && !is_success(task.state))
    facets.set("errorMessage",
               facet(names, "ErrorMessageRunFacet", "1-0-1",
                     {{"message", task.message}, {"programmingLanguage", "unknown"}}));
  return {{"runId", task_run_id(view.run(), task)}, {"facets", std::move(facets)}};
}

std::string_view end_word(bool has_succeeded, bool is_cancelled) {
  return has_succeeded ? "COMPLETE" : is_cancelled ? "ABORT" : "FAIL";
}

class Lineage {
 public:
  Lineage(const RunView& view, const LineageNames& used) : view_(view), names_(used) {}

  std::vector<JsonObject> events() {
    std::vector<const TaskRecord*> tasks;
    for (const TaskRecord& task : view_.tasks())
      if (!view_.has_parts(task) && task.ended_at && task.state != TaskState::skipped &&
          task.kind == TaskKind::step)
        tasks.push_back(&task);
    std::ranges::stable_sort(tasks, {}, [](const TaskRecord* task) { return *task->ended_at; });
    std::vector<JsonObject> all;
    for (const TaskRecord* const task : tasks) {
      const std::string name =
          fmt::format("{}.{}", view_.run().pipeline, view_.plan().path(task->step));
      all.push_back(event(names_, "START", task->started_at.value_or(*task->ended_at),
                          task_part(names_, view_, *task), job(names_, name, "STEP")));
      JsonObject end =
          event(names_, end_word(is_success(task->state), task->state == TaskState::cancelled),
                *task->ended_at, task_part(names_, view_, *task), job(names_, name, "STEP"));
      end.set("inputs", inputs_of(*task));
      end.set("outputs", outputs_of(*task));
      all.push_back(std::move(end));
    }
    const RunRecord& run = view_.run();
    all.push_back(
        event(names_, end_word(run.state == RunState::succeeded, run.state == RunState::cancelled),
              run.ended_at.value_or(run.created_at), run_part(names_, run),
              job(names_, run.pipeline, "PIPELINE")));
    return all;
  }

 private:
  JsonObject dataset(const std::string& step, std::string_view output, const Artifact& artifact,
                     std::size_t place) const {
    const std::string part = place == 0 ? "" : fmt::format("[{}]", place);
    return {
        {"namespace", names_.namespace_name},
        {"name", fmt::format("{}/{}.{}{}", view_.run().pipeline, step, output, part)},
        {"facets", JsonObject{{"version", facet(names_, "DatasetVersionDatasetFacet", "1-0-1",
                                                {{"datasetVersion", artifact.digest.hex()}})}}}};
  }

  void add_artifacts(const TaskRecord& task, std::string_view wanted, JsonList& list) const {
    const TaskResult* const result = view_.result(task);
    if (result == nullptr) return;
    const auto& outputs = view_.step_of(task).outputs;
    for (std::size_t i = 0; i < outputs.size() && i < result->outputs.size(); ++i) {
      if (!wanted.empty() && outputs[i].name != wanted) continue;
      std::size_t place = 0;
      for_each_artifact(result->outputs[i], [&](const Artifact& artifact) {
        list.emplace_back(dataset(view_.path(task), outputs[i].name, artifact, place++));
      });
    }
  }

  Json outputs_of(const TaskRecord& task) const {
    JsonList list;
    add_artifacts(task, "", list);
    return list;
  }

  /// What its inputs name of steps beside it.
  Json inputs_of(const TaskRecord& task) const {
    JsonList list;
    std::set<std::pair<StepIndex, std::string>> seen;
    const ScopeIndex scope = view_.plan().at(task.step).scope;
    for (const Input& input : view_.step_of(task).inputs)
      input.from.for_each_reference([&](const Reference& reference) {
        if (reference.path.size() < 2 || reference.path[0] != "steps") return;
        const StepIndex step = view_.plan().find_with_finally(scope, reference.path[1]);
        const std::string output = reference.path.size() > 3 ? std::string(reference.path[3]) : "";
        if (step == no_step || !seen.emplace(step, output).second) return;
        for (const TaskRecord& other : view_.tasks())
          if (other.step == step && !view_.has_parts(other)) add_artifacts(other, output, list);
      });
    return list;
  }

  const RunView& view_;
  const LineageNames& names_;
};

}  // namespace

JsonObject lineage_start(const RunRecord& run, const LineageNames& names) {
  return event(names, "START", run.started_at.value_or(run.created_at), run_part(names, run),
               job(names, run.pipeline, "PIPELINE"));
}

std::vector<JsonObject> lineage_of(const RunView& view, const LineageNames& names) {
  return Lineage(view, names).events();
}

}  // namespace gt
