#include <algorithm>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/doctor.h"

namespace gt {

namespace {

const Example examples[] = {
    {"geartrain doctor", "all that was looked at, with a way out of what is wrong"},
    {"geartrain doctor --json | jq '.findings[] | select(.state != \"ok\")'", "for scripts"},
};

Tone tone_of(FindingState state) {
  switch (state) {
    case FindingState::ok:
      return Tone::good;
    case FindingState::warning:
      return Tone::warning;
    case FindingState::missing:
      return Tone::bad;
  }
  return Tone::plain;
}

Patient patient_of(const Session& session) {
  std::string text;
  for (const char* const file : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto read = read_file(file, 1U << 20U);
    if (!read) continue;
    text = *read;
    break;
  }
  const char* const path = session.variable("PATH");
  Patient patient{.session = session,
                  .distribution = distribution_of(text, ::geteuid() == 0),
                  .path = path == nullptr ? "" : path,
                  .project = {}};
  if (auto project = find_project(session)) patient.project = *std::move(project);
  if (patient.project) patient.database = check_database(patient.project->home);
  return patient;
}

Json shape_of(const Findings& findings, bool is_good) {
  JsonList list;
  for (const Finding& one : findings)
    list.emplace_back(JsonObject{{"topic", one.topic},
                                 {"name", one.name},
                                 {"state", to_text(one.state)},
                                 {"text", one.text},
                                 {"remedy", one.remedy.empty() ? Json() : Json(one.remedy)}});
  return JsonObject{{"good", is_good}, {"findings", std::move(list)}};
}

void print(Console& console, const Findings& findings) {
  std::string topic;
  for (const Finding& one : findings) {
    if (topic != one.topic)
      console.print((topic.empty() ? "" : "\n") + console.painted(Tone::strong, one.topic) + "\n");
    topic = one.topic;
    console.print(
        fmt::format("  {}  {}: {}\n",
                    console.painted(tone_of(one.state), fmt::format("{:<7}", to_text(one.state))),
                    one.name, one.text));
    if (!one.remedy.empty()) console.print("           → " + one.remedy + "\n");
  }
}

Result<ExitCode> run(Session& session, Words words) {
  Options options(doctor_command.text);
  OutputForm output;
  options.output(output,
                 {.text = "{good, findings: [{topic, name, state, text, remedy}]}; state is "
                          "ok, warning or missing.",
                  .names = "findings[].name"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const Patient patient = patient_of(session);
  Findings findings;
  look_at_machine(patient, findings);
  look_at_programs(patient, findings);
  look_at_home(patient, findings);
  look_at_project(patient, findings);
  const bool is_good =
      std::ranges::find(findings, FindingState::missing, &Finding::state) == findings.end();
  if (output.is_table())
    print(session.console, findings);
  else
    session.console.print(output.text_of(shape_of(findings, is_good)));
  return is_good ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

const char* to_text(FindingState state) {
  switch (state) {
    case FindingState::ok:
      return "ok";
    case FindingState::warning:
      return "warning";
    case FindingState::missing:
      return "missing";
  }
  return "";
}

const CliCommand doctor_command = {
    {"doctor", "say what is missing on this machine, and how to get it",
     "Looks at the machine, the programs, the home folder and what the project's pipeline needs, "
     "and changes nothing. Ends with 0 if all that is needed is there, else with 1.",
     examples},
    false,
    run,
    SettingsNeed::what_is_good};

}  // namespace gt
