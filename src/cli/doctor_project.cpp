#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "cli/counted.h"
#include "cli/doctor.h"
#include "cli/error_report.h"
#include "cli/pipeline_source.h"
#include "cli/pool_check.h"
#include "cli/records.h"
#include "cli/secrets.h"
#include "cli/values_of_project.h"
#include "definition/outside_names.h"
#include "definition/read_pipeline.h"
#include "environment/host.h"
#include "environment/requirements.h"
#include "execute/host_environment.h"
#include "run/claim_store.h"

namespace gt {

namespace {

void add_settings(const Patient& patient, Findings& findings) {
  const LoadedSettings& loaded = patient.session.configuration;
  std::size_t problems = loaded.problems.size(), files = 0;
  for (const SettingsFile& file : loaded.files) {
    problems += file.problems.size();
    files += file.exists ? 1 : 0;
  }
  Finding finding{"project", "settings", FindingState::ok,
                  fmt::format("{} file{}", files, files == 1 ? "" : "s")};
  if (problems > 0) {
    finding.state = FindingState::missing;
    finding.text =
        fmt::format("{} problem{}: commands refuse to work", problems, problems == 1 ? "" : "s");
    finding.remedy = "geartrain config";
  }
  findings.push_back(std::move(finding));
  for (const UnknownVariable& one : unknown_variables(own_environment()))
    findings.push_back({"project", "settings", FindingState::warning,
                        fmt::format("geartrain knows no variable {}", printable(one.name)),
                        one.meant.empty() ? "" : fmt::format("did you mean {}?", one.meant)});
}

bool sets_path(const VariableSettings& settings) {
  return std::ranges::find(settings.variables, "PATH", &Variable::name) != settings.variables.end();
}

/// What the steps of a pipeline start, and from which folder.
struct Needs {
  std::set<std::pair<std::string, std::string>> programs;  ///< name, folder
  std::set<std::pair<std::string, std::string>> pythons;   ///< requirements, interpreter
  WantedPools pools;
  bool has_scripts = false;
};

void collect(const Pipeline& pipeline, const std::string& root, const std::vector<Step>& steps,
             Needs& needs) {
  for (const Step& step : steps) {
    if (const Group* const group = step.group()) {
      collect(pipeline, root, group->steps, needs);
      continue;
    }
    if (step.is_waiting()) continue;
    const auto& own = step.settings->environment;
    for (const PoolSlots& wanted : step.settings->pools)
      needs.pools[wanted.pool].add(step.name, wanted.slots);
    const auto& environment = own ? own : pipeline.environment;
    const bool has_python = environment && environment->python;
    if (has_python)
      needs.pythons.emplace(environment->python->requirements, environment->python->interpreter);
    const Argv* const argv = std::get_if<Argv>(step.command());
    needs.has_scripts = needs.has_scripts || argv == nullptr;
    if (argv == nullptr || argv->items.empty() || !argv->items[0].is_literal()) continue;
    // What stands on a PATH of its own, or may come with packages, is not known before.
    const std::string& name = argv->items[0].source();
    const bool is_elsewhere = sets_path(step.settings->variables) || sets_path(pipeline.variables);
    if (is_elsewhere || (has_python && name.find('/') == std::string::npos)) continue;
    const auto& folder = step.settings->working_directory;
    needs.programs.emplace(name, folder ? join_path(root, *folder) : root);
  }
}

void add_programs(const Patient& patient, const Needs& needs, Findings& findings) {
  std::size_t there = 0;
  for (const auto& [name, folder] : needs.programs) {
    if (resolve_program(name, patient.path, folder)) {
      ++there;
      continue;
    }
    const bool is_file = name.find('/') != std::string::npos;
    findings.push_back({"project", "program", FindingState::missing,
                        fmt::format("{} is not there, and steps start it", printable(name)),
                        is_file ? fmt::format("make it, executable, in {}", printable(folder))
                                : way_to_get(patient.distribution, name)});
  }
  if (there > 0)
    findings.push_back(
        {"project", "programs", FindingState::ok,
         fmt::format("{} that steps start {} there", there, there == 1 ? "is" : "are")});
}

Finding python_finding(const Patient& patient, const std::string& requirements,
                       const std::string& interpreter) {
  const std::string& root = patient.project->root;
  Finding finding{"project", "environment", FindingState::ok,
                  fmt::format("{} by {}", printable(requirements), printable(interpreter))};
  if (const auto read = read_requirements(root, requirements, patient.session.clock); !read) {
    finding.state = FindingState::missing;
    finding.text = read.error().message;
    finding.remedy = read.error().hint;
    return finding;
  }
  const auto executable = resolve_program(interpreter, patient.path, root);
  if (!executable) {
    finding.state = FindingState::missing;
    finding.text += fmt::format(": there is no {}", printable(interpreter));
    finding.remedy = way_to_get(patient.distribution, interpreter);
  } else if (!resolve_program("uv", patient.path, root) && !try_python(*executable)) {
    finding.state = FindingState::missing;
    finding.text += ": it has no venv or no ensurepip, and there is no uv";
    finding.remedy = way_to_get(patient.distribution, "python3-venv");
  }
  return finding;
}

void add_secrets(const Patient& patient, const Pipeline& pipeline, Findings& findings) {
  if (pipeline.secrets.empty()) return;
  std::optional<std::string> file;
  if (const auto* const set = patient.session.settings().find(SettingId::secrets_file))
    file = set->text;
  const auto secrets = Secrets::open(patient.session.variable, file);
  if (!secrets) {
    findings.push_back({"project", "secrets", FindingState::missing, secrets.error().message,
                        secrets.error().hint});
    return;
  }
  std::size_t there = 0;
  for (const std::string& name : pipeline.secrets) {
    const auto found = secrets->find(name);
    if (found)
      ++there;
    else
      findings.push_back(
          {"project", "secret", FindingState::missing, found.error().message, found.error().hint});
  }
  if (there > 0)
    findings.push_back(
        {"project", "secrets", FindingState::ok, fmt::format("{} can be had", there)});
}

void add_values(const Patient& patient, const Pipeline& pipeline, Findings& findings) {
  const auto wanted = outside_names(pipeline);
  if (wanted.empty()) return;
  const auto records = records_as_they_are(patient);
  const ProjectValues values = values_of_project(patient.session, patient.project->home,
                                                 records ? records->database.get() : nullptr, {});
  const Problems missing = missing_values(pipeline, values);
  for (const Problem& problem : missing)
    findings.push_back({"project", "value", FindingState::missing, problem.message, problem.hint});
  if (missing.size() < wanted.size())
    findings.push_back({"project", "values", FindingState::ok,
                        fmt::format("{} of its connections and variables are there",
                                    wanted.size() - missing.size())});
}

Result<void> check_pool_in(std::optional<Records>& records, const std::string& name,
                           const WantedSlots& wanted) {
  if (!records) return check_pool(name, wanted, std::nullopt);
  auto reader = TRY(records->database->begin_read());
  const auto there = TRY(ClaimStore().pool(reader, name));
  return check_pool(name, wanted, there);
}

void add_pools(const Patient& patient, const Needs& needs, Findings& findings) {
  if (needs.pools.empty()) return;
  auto records = records_as_they_are(patient);
  std::int64_t there = 0;
  for (const auto& [name, wanted] : needs.pools) {
    const auto checked = check_pool_in(records, name, wanted);
    if (checked)
      ++there;
    else
      findings.push_back({"project", "pool", FindingState::missing, checked.error().message,
                          checked.error().hint});
  }
  if (there > 0)
    findings.push_back(
        {"project", "pools", FindingState::ok, counted(there, "pool") + " can be used"});
}

}  // namespace

void look_at_project(const Patient& patient, Findings& findings) {
  add_settings(patient, findings);
  if (!patient.project) return;
  const auto text = find_pipeline_text(patient.session, *patient.project, std::nullopt);
  if (!text && text.error().code == Errc::not_found) {
    findings.push_back({"project", "pipeline", FindingState::ok,
                        "none here; `geartrain init` makes a small project to start from"});
    return;
  }
  if (!text) {
    findings.push_back({"project", "pipeline", FindingState::missing, text.error().message});
    return;
  }
  const ReadResult read = read_whole(*text);
  Finding pipeline{
      "project", "pipeline", FindingState::ok,
      fmt::format("{}: {}", printable(text->file.path), count_problems(read.problems))};
  if (!read.problems.empty()) {
    pipeline.state = has_error(read.problems) ? FindingState::missing : FindingState::warning;
    pipeline.remedy = "geartrain check";
  }
  findings.push_back(std::move(pipeline));
  if (!read.pipeline) return;
  Needs needs;
  collect(*read.pipeline, patient.project->root, read.pipeline->steps, needs);
  collect(*read.pipeline, patient.project->root, read.pipeline->finally_steps, needs);
  add_programs(patient, needs, findings);
  for (const auto& [requirements, interpreter] : needs.pythons)
    findings.push_back(python_finding(patient, requirements, interpreter));
  add_secrets(patient, *read.pipeline, findings);
  add_values(patient, *read.pipeline, findings);
  add_pools(patient, needs, findings);
}

}  // namespace gt
