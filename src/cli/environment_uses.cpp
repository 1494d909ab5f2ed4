#include "cli/environment_uses.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "cli/records.h"
#include "definition/read_pipeline.h"
#include "engine/step_preparation.h"
#include "view/json_shapes.h"
#include "view/run_view.h"

namespace gt {

namespace {

constexpr std::size_t steps_shown_max = 3;
constexpr std::size_t runs_looked_at_max = 1000;
constexpr std::size_t key_digits_min = 4;

void add_uses(const Plan& plan, std::vector<EnvironmentUse>& uses) {
  std::map<PythonSpecification, std::size_t> places;
  for (StepIndex index = 0; index < plan.steps().size(); ++index) {
    const Step& step = plan.step(index);
    const auto& python = python_of(plan, index);
    if (step.command() == nullptr || !python) continue;
    const PythonSpecification wanted{python->requirements, python->interpreter};
    const auto [place, is_new] = places.try_emplace(wanted, uses.size());
    if (is_new) uses.push_back({plan.pipeline().name, {}, wanted});
    uses[place->second].steps.push_back(plan.path(index));
  }
}

Result<void> add_recorded_uses(const Session& session, std::vector<EnvironmentUse>& uses) {
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  std::set<std::string> seen;
  for (const EnvironmentUse& use : uses) seen.insert(use.pipeline);
  const RunFilter newest{.pipeline = {}, .state = {}, .limit = runs_looked_at_max};
  for (const RunRecord& run : TRY(records.runs.list(reader, newest))) {
    if (!seen.insert(run.pipeline).second) continue;
    // One that another version made is not understood; then its steps are not known.
    if (const auto plan = recorded_plan(records.runs, reader, run)) add_uses(**plan, uses);
  }
  return {};
}

}  // namespace

PythonEnvironments python_environments(const Session& session, const Project& project) {
  const char* const path = session.variable("PATH");
  return {project.root, project.home, path == nullptr ? "" : path, session.clock};
}

Result<std::vector<EnvironmentUse>> uses_in_file(const Session& session, const Project& project,
                                                 const std::optional<std::string>& file) {
  std::vector<EnvironmentUse> uses;
  const auto text = find_pipeline_text(session, project, file);
  if (!text && text.error().code == Errc::not_found && !file) return uses;
  if (!text) return text.error();
  ReadResult read = read_whole(*text);
  if (!read.pipeline)
    return Error{Errc::invalid, fmt::format("{} has problems", printable(text->file.shown)),
                 "`geartrain check` shows them"};
  add_uses(*Plan::build(std::make_shared<const Pipeline>(*std::move(read.pipeline)), {}), uses);
  return uses;
}

Result<std::multimap<std::string, EnvironmentUse>> uses_by_key(const Session& session,
                                                               const Project& project) {
  std::vector<EnvironmentUse> all;
  // A file that is being written must not hide what there is.
  if (auto uses = uses_in_file(session, project, std::nullopt)) all = *std::move(uses);
  if (TRY(kind_of(join_path(project.home, "geartrain.db"))) != PathKind::nothing)
    TRY(add_recorded_uses(session, all));
  const PythonEnvironments environments = python_environments(session, project);
  std::multimap<std::string, EnvironmentUse> by_key;
  for (EnvironmentUse& use : all)
    if (auto key = environments.key_of(use.specification)) by_key.emplace(*key, std::move(use));
  return by_key;
}

std::string uses_text(const std::multimap<std::string, EnvironmentUse>& uses,
                      const std::string& key) {
  std::string text;
  const auto [first, last] = uses.equal_range(key);
  for (auto use = first; use != last; ++use) {
    const auto& steps = use->second.steps;
    const std::size_t shown = std::min(steps.size(), steps_shown_max);
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", use->second.pipeline,
                        fmt::join(steps.begin(), steps.begin() + std::ptrdiff_t(shown), ", "));
    if (shown < steps.size()) text += fmt::format(" and {} more", steps.size() - shown);
  }
  return text;
}

JsonList uses_json(const std::multimap<std::string, EnvironmentUse>& uses, const std::string& key) {
  JsonList list;
  const auto [first, last] = uses.equal_range(key);
  for (auto use = first; use != last; ++use) {
    JsonList steps;
    for (const std::string& step : use->second.steps) steps.emplace_back(step);
    list.emplace_back(JsonObject{{"pipeline", use->second.pipeline}, {"steps", std::move(steps)}});
  }
  return list;
}

JsonObject environment_json(const EnvironmentRecord& record, std::int64_t bytes,
                            const std::multimap<std::string, EnvironmentUse>& uses) {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Json() : Json(text);
  };
  JsonList packages;
  for (const InstalledPackage& package : record.packages)
    packages.emplace_back(JsonObject{
        {"name", package.name}, {"version", package.version}, {"record", package.record.hex()}});
  return {{"key", record.key},
          {"kind", "python"},
          {"folder", record.folder},
          {"requirements", text_or_null(record.requirements)},
          {"interpreter", text_or_null(record.interpreter)},
          {"python", text_or_null(record.version)},
          {"architecture", text_or_null(record.architecture)},
          {"whole", record.is_whole},
          {"current", record.is_current},
          {"made_at", time_json(record.made_at)},
          {"used_at", time_json(record.used_at)},
          {"bytes", bytes},
          {"packages", std::move(packages)},
          {"used_by", uses_json(uses, record.key)}};
}

Result<EnvironmentRecord> find_environment(const Session& session, const Project& project,
                                           const std::optional<std::string>& file,
                                           const std::string& name) {
  const std::vector<EnvironmentRecord> all = TRY(EnvironmentFolder(project.home).list());
  const auto uses = uses_in_file(session, project, file);
  if (!uses && file) return uses.error();
  if (uses)
    for (const EnvironmentUse& use : *uses) {
      if (std::ranges::find(use.steps, name) == use.steps.end()) continue;
      const std::string key = TRY(python_environments(session, project).key_of(use.specification));
      const auto found = std::ranges::find(all, key, &EnvironmentRecord::key);
      if (found != all.end() && found->is_whole) return *found;
      return Error{Errc::not_found,
                   fmt::format("the environment of {} ({}) is not made yet", name,
                               printable(use.specification.requirements)),
                   "a run makes it when it is needed"};
    }
  const EnvironmentRecord* match = nullptr;
  if (name.size() >= key_digits_min)
    for (const EnvironmentRecord& record : all) {
      if (record.key == name) return record;
      if (!record.key.starts_with(name)) continue;
      if (match != nullptr)
        return error(Errc::invalid, "{} is the beginning of several keys", printable(name));
      match = &record;
    }
  if (match != nullptr) return *match;
  return Error{Errc::not_found,
               fmt::format("there is no environment, and no step with one, named {}",
                           shell_quoted(printable(name))),
               "`geartrain env list` lists them"};
}

}  // namespace gt
