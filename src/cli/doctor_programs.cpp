#include "base/text.h"
#include "cli/doctor.h"
#include "environment/host.h"
#include "process/command.h"

namespace gt {

namespace {

enum class Weight { needed, useful, optional };

struct Wanted {
  const char* name;
  Weight weight;
  const char* purpose;
  const char* version_flag = "--version";
};

constexpr Wanted wanted[] = {
    {"bash", Weight::needed, "for steps that are scripts"},
    {"git", Weight::useful, "for the commit that a run is recorded with"},
    {"uv", Weight::optional, "makes Python environments faster"},
    {"less", Weight::optional, "shows long output page by page"},
    {"docker", Weight::optional, "nothing needs it yet"},
    {"kubectl", Weight::optional, "nothing needs it yet"},
    {"sbatch", Weight::optional, "nothing needs it yet"},
};

std::string first_line_of(const std::string& program, const char* flag) {
  const auto asked = run_command({.argv = {program, flag}, .output_bytes_max = 64 << 10});
  if (!asked || !asked->succeeded()) return {};
  return printable(trim(split(asked->output, '\n')[0]));
}

Finding program(const Patient& patient, const Wanted& one) {
  const std::string folder = patient.project ? patient.project->root : "/";
  const auto found = resolve_program(one.name, patient.path, folder);
  if (found) {
    const std::string version = first_line_of(*found, one.version_flag);
    return {"programs", one.name, FindingState::ok,
            printable(*found) + (version.empty() ? "" : ": " + version)};
  }
  Finding finding{"programs", one.name, FindingState::ok,
                  fmt::format("not there ({})", one.purpose)};
  if (one.weight == Weight::needed) finding.state = FindingState::missing;
  if (one.weight == Weight::useful) finding.state = FindingState::warning;
  if (one.weight != Weight::optional) finding.remedy = way_to_get(patient.distribution, one.name);
  return finding;
}

/// Whether the project needs it, its own part says.
Finding python(const Patient& patient) {
  const std::string folder = patient.project ? patient.project->root : "/";
  const auto found = resolve_program("python3", patient.path, folder);
  if (!found)
    return {"programs", "python3", FindingState::warning,
            "not there (for steps with requirements, and what `init` makes)",
            way_to_get(patient.distribution, "python3")};
  Finding finding{"programs", "python3", FindingState::ok,
                  printable(*found) + ": " + first_line_of(*found, "--version")};
  if (try_python(*found)) return finding;
  finding.state = FindingState::warning;
  finding.text += ", without venv or ensurepip (for steps with requirements)";
  finding.remedy = way_to_get(patient.distribution, "python3-venv");
  return finding;
}

}  // namespace

Result<void> try_python(const std::string& executable) {
  const auto asked =
      TRY(run_command({.argv = {executable, "-B", "-I", "-c", "import venv, ensurepip"}}));
  if (asked.succeeded()) return {};
  return error(Errc::unavailable, "{} has no venv or no ensurepip", printable(executable));
}

void look_at_programs(const Patient& patient, Findings& findings) {
  for (const Wanted& one : wanted) {
    findings.push_back(program(patient, one));
    if (findings.back().name == "bash") findings.push_back(python(patient));
  }
}

}  // namespace gt
