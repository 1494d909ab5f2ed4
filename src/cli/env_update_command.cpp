#include <algorithm>
#include <map>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/counted.h"
#include "cli/environment_uses.h"
#include "cli/table.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain env update train", "newer packages for the step train, as its requirements permit"},
    {"geartrain env update --all", "for all steps of the pipeline"},
};

struct PackageChange {
  std::string name, from, to;  ///< empty: it was not, or is not any more, there
};

std::vector<PackageChange> changes_of(const PythonUpdate& update) {
  std::map<std::string, PackageChange> changes;
  for (const PinnedPackage& package : update.before) changes[package.name].from = package.version;
  for (const PinnedPackage& package : update.after) changes[package.name].to = package.version;
  std::vector<PackageChange> found;
  for (auto& [name, change] : changes) {
    change.name = name;
    if (change.from != change.to) found.push_back(change);
  }
  return found;
}

/// Each requirements file once.
Result<std::vector<EnvironmentUse>> wanted_uses(const Session& session, const Project& project,
                                                const std::optional<std::string>& file,
                                                const std::optional<std::string>& step, bool all) {
  // Without a file there is nothing to update: say which one is missing.
  TRY(find_pipeline_text(session, project, file));
  std::vector<EnvironmentUse> uses = TRY(uses_in_file(session, project, file));
  if (uses.empty())
    return Error{Errc::not_found, "no step of the pipeline has an environment",
                 "`environment: {python: {requirements: requirements.txt}}` gives it one"};
  if (step) {
    std::erase_if(uses, [&](const EnvironmentUse& use) {
      return std::ranges::find(use.steps, *step) == use.steps.end();
    });
    if (uses.empty())
      return Error{
          Errc::not_found,
          fmt::format("there is no step {} with an environment", shell_quoted(printable(*step))),
          "`geartrain env list` says which steps have one"};
  } else if (!all && uses.size() > 1) {
    std::string steps;
    for (const EnvironmentUse& use : uses) steps += (steps.empty() ? "" : ", ") + use.steps.front();
    return Error{Errc::invalid, "the pipeline has several environments: name a step, or --all",
                 "steps with different ones: " + steps};
  }
  return uses;
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(env_update_command.text);
  std::optional<std::string> step, file;
  bool all = false;
  OutputForm output;
  options.argument("STEP", step, Need::optional,
                   "A step of the pipeline; not needed where all have the same environment.");
  options.flag("--all", all, "The environments of all steps of the pipeline.");
  options.option("-f,--file", "FILE", file, "The pipeline file; else the project's pipeline.yaml.");
  options.output(output, {.text = "[{key, requirements, changed, packages: [{name, from, to}]}].",
                          .names = "[].key"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;
  if (all && step) return error(Errc::invalid, "--all and a step do not go together");

  const Project project = TRY(find_project(session));
  const auto uses = TRY(wanted_uses(session, project, file, step, all));
  PythonEnvironments environments = python_environments(session, project);
  JsonList shapes;
  for (const EnvironmentUse& use : uses) {
    const std::string requirements = printable(use.specification.requirements);
    session.console.say("resolving " + requirements);
    const PythonUpdate update = TRY(environments.update(use.specification));
    const auto changes = changes_of(update);
    JsonList packages;
    Table table({"package", "from", "to"});
    for (const PackageChange& change : changes) {
      packages.emplace_back(
          JsonObject{{"name", change.name}, {"from", change.from}, {"to", change.to}});
      table.add({{change.name},
                 {change.from.empty() ? "-" : change.from},
                 {change.to.empty() ? "-" : change.to}});
    }
    shapes.emplace_back(JsonObject{{"key", update.key},
                                   {"requirements", use.specification.requirements},
                                   {"changed", update.has_changed},
                                   {"packages", std::move(packages)}});
    if (!output.is_table()) continue;
    if (!table.empty()) session.console.print(table.text(session.console));
    session.console.say(!update.has_changed ? fmt::format("{}: nothing is newer", requirements)
                        : table.empty()
                            ? fmt::format("{}: the same versions, with other content; now {}",
                                          requirements, update.key)
                            : fmt::format("{}: {} changed; now {}", requirements,
                                          counted(std::ssize(changes), "package"), update.key));
  }
  if (!output.is_table()) session.console.print(output.text_of(std::move(shapes)));
  return ExitCode::ok;
}

}  // namespace

const CliCommand env_update_command = {
    {"env update", "resolve the requirements of environments anew",
     "What a requirements file was resolved to is kept: an environment that has to be made again "
     "gets the same packages, until this command asks for newer ones. They go into an environment "
     "beside the old one, which stays for what runs in it. Steps in a changed environment are "
     "executed anew by the next run, and `geartrain why` names the package.",
     examples},
    false,
    run};

}  // namespace gt
