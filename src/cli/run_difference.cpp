#include "cli/run_difference.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/line_diff.h"
#include "base/text.h"
#include "cache/cache.h"
#include "cache/explanation.h"
#include "cli/graph.h"

namespace gt {

namespace {

/// Both sides of what has a key, in the order of the keys.
template <typename Map, typename Visit>
void side_by_side(const Map& from, const Map& to, const Visit& visit) {
  auto old_one = from.begin();
  auto new_one = to.begin();
  while (old_one != from.end() || new_one != to.end()) {
    const bool takes_old =
        new_one == to.end() || (old_one != from.end() && old_one->first <= new_one->first);
    const bool takes_new =
        old_one == from.end() || (new_one != to.end() && new_one->first <= old_one->first);
    const auto& key = takes_old ? old_one->first : new_one->first;
    visit(key, takes_old ? &old_one->second : nullptr, takes_new ? &new_one->second : nullptr);
    if (takes_old) ++old_one;
    if (takes_new) ++new_one;
  }
}

template <typename T>
std::optional<T> copy_of(const T* value) {
  return value == nullptr ? std::nullopt : std::optional<T>(*value);
}

std::vector<ParameterDifference> compare_parameters(const RunRecord& from, const RunRecord& to) {
  const auto sorted = [](const JsonObject& params) {
    return std::map<std::string, Json>(params.begin(), params.end());
  };
  std::vector<ParameterDifference> different;
  side_by_side(sorted(from.params), sorted(to.params),
               [&](const std::string& name, const Json* before, const Json* now) {
                 if (before && now && *before == *now) return;
                 different.push_back({name, {copy_of(before), copy_of(now)}});
               });
  return different;
}

/// The content of a file for a patch; nullopt for one that is not kept or is no text.
std::optional<std::string> text_of(const SourceArchive& archive, const Digest* file) {
  if (file == nullptr) return std::string();
  auto text = archive.text(*file);
  if (text && (!is_utf8(*text) || text->find('\0') != std::string::npos)) return std::nullopt;
  return text;
}

std::optional<std::vector<FileDifference>> compare_source(const SourceArchive& archive,
                                                          const RunRecord& from,
                                                          const RunRecord& to) {
  std::vector<FileDifference> different;
  if (from.source_digest == to.source_digest) return different;
  const auto before = archive.contents(from.source_digest);
  const auto now = archive.contents(to.source_digest);
  if (!before || !now) return std::nullopt;
  side_by_side(
      *before, *now, [&](const std::string& path, const Digest* old_file, const Digest* new_file) {
        if (old_file && new_file && *old_file == *new_file) return;
        FileDifference one{path, {copy_of(old_file), copy_of(new_file)}, std::nullopt};
        const auto old_text = text_of(archive, old_file);
        const auto new_text = text_of(archive, new_file);
        if (old_text && new_text)
          one.patch = unified_diff(
              *old_text, *new_text,
              {old_file ? "a/" + path : "/dev/null", new_file ? "b/" + path : "/dev/null"});
        different.push_back(std::move(one));
      });
  return different;
}

/// The tasks that both runs looked up, by what they were looked up by.
Result<void> compare_facts(Records& records, Transaction& reader, FolderBlobs& blobs,
                           const RunView& from, const RunView& to, RunDifference& difference) {
  Cache cache(blobs);
  std::map<std::string, const TaskRecord*> before;
  for (const TaskRecord& task : from.tasks()) before.emplace(from.path(task), &task);
  const auto add = [](std::vector<FactDifference>& list, const std::string& change,
                      const std::string& task) {
    const auto found = std::ranges::find(list, change, &FactDifference::change);
    if (found == list.end())
      list.push_back({change, {task}});
    else
      found->tasks.push_back(task);
  };
  for (const TaskRecord* task : to.in_order()) {
    const std::string path = to.path(*task);
    const auto other = before.find(path);
    if (other == before.end()) continue;
    const auto old_manifest =
        TRY(records.runs.manifest(reader, from.run().id, other->second->index));
    const auto new_manifest = TRY(records.runs.manifest(reader, to.run().id, task->index));
    if (!old_manifest || !new_manifest || !old_manifest->key || !new_manifest->key ||
        *old_manifest->key == *new_manifest->key)
      continue;
    const auto old_text = TRY(cache.manifest_text(reader, *old_manifest->key));
    const auto new_text = TRY(cache.manifest_text(reader, *new_manifest->key));
    if (!old_text || !new_text) continue;
    for (const std::string& change : base_differences(*old_text, *new_text)) {
      // Parameters stand by themselves.
      if (change.starts_with("parameter ")) continue;
      const bool is_environment =
          change.starts_with("package ") || change.starts_with("environment");
      add(is_environment                 ? difference.environment
          : change.starts_with("input ") ? difference.inputs
                                         : difference.other,
          change, path);
    }
  }
  return {};
}

std::vector<MetricDifference> compare_metrics(const FolderBlobs& blobs, const RunView& from,
                                              const RunView& to) {
  const auto by_label = [&](const RunView& view) {
    std::map<std::string, double> values;
    for (const Metric& metric : metrics_of(view, blobs)) values[metric.label()] = metric.value;
    return values;
  };
  std::vector<MetricDifference> different;
  side_by_side(by_label(from), by_label(to),
               [&](const std::string& label, const double* before, const double* now) {
                 if (before && now && *before == *now) return;
                 different.push_back({label, {copy_of(before), copy_of(now)}});
               });
  return different;
}

std::map<std::string, StepSide> steps_of(const RunView& view, Time now) {
  std::map<std::string, StateCounts> states;
  std::map<std::string, StepSide> steps;
  for (const TaskRecord& task : view.tasks()) {
    if (view.has_parts(task) && task.kind != TaskKind::group) continue;
    const std::string& step = view.plan().path(task.step);
    ++states[step][task.state];
    std::optional<Duration>& took = steps[step].took;
    const bool was_executed = task.kind == TaskKind::step && task.attempts > 0 && task.started_at;
    if (was_executed)
      took = took.value_or(Duration(0)) + (task.ended_at.value_or(now) - *task.started_at);
  }
  for (auto& [step, side] : steps) side.states = states_text(states[step]);
  return steps;
}

/// Appends to the patch, and gives the paths that are in it.
std::set<std::string> compare_texts(const PipelineVersion& from, const PipelineVersion& to,
                                    std::string& patch) {
  std::set<std::string> patched;
  const auto compare = [&](const FileText* before, const FileText* after) {
    const std::string text = unified_diff(
        before ? before->text : "", after ? after->text : "",
        {before ? "a/" + before->path : "/dev/null", after ? "b/" + after->path : "/dev/null"});
    patch += text;
    if (!text.empty()) patched.insert(after ? after->path : before->path);
  };
  const FileText own_before{from.path, from.text}, own_after{to.path, to.text};
  compare(&own_before, &own_after);
  std::map<std::string, std::pair<const FileText*, const FileText*>> named;
  for (const FileText& one : from.named) named[one.path].first = &one;
  for (const FileText& one : to.named) named[one.path].second = &one;
  for (const auto& [path, sides] : named) compare(sides.first, sides.second);
  return patched;
}

/// In the order of the newer pipeline; what is not in it comes last.
std::vector<StepDifference> compare_steps(const RunView& from, const RunView& to, Time now) {
  std::vector<StepDifference> all;
  side_by_side(steps_of(from, now), steps_of(to, now),
               [&](const std::string& step, const StepSide* before, const StepSide* after) {
                 all.push_back({step, {copy_of(before), copy_of(after)}});
               });
  std::ranges::stable_sort(all, {}, [&](const StepDifference& one) {
    return to.plan().find_path(one.step);  // no_step is the largest
  });
  return all;
}

}  // namespace

bool RunDifference::is_any() const {
  return !parameters.empty() || !pipeline_patch.empty() || !source || !source->empty() ||
         !environment.empty() || !inputs.empty() || !other.empty() || !metrics.empty();
}

Result<RunDifference> compare_runs(Records& records, Transaction& reader, FolderBlobs& blobs,
                                   const ComparedRun& from, const ComparedRun& to, Time now) {
  RunDifference difference;
  difference.parameters = compare_parameters(from.view.run(), to.view.run());
  const auto patched = compare_texts(from.pipeline, to.pipeline, difference.pipeline_patch);
  difference.source =
      compare_source(SourceArchive(records.home.path()), from.view.run(), to.view.run());
  if (difference.source)
    // The pipeline stands by itself.
    std::erase_if(*difference.source,
                  [&](const FileDifference& file) { return patched.contains(file.path); });
  TRY(compare_facts(records, reader, blobs, from.view, to.view, difference));
  difference.metrics = compare_metrics(blobs, from.view, to.view);
  difference.steps = compare_steps(from.view, to.view, now);
  return difference;
}

}  // namespace gt
