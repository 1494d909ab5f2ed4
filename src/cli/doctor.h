/// What `doctor` looks at, each a part of its own. Nothing here changes anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/package_hint.h"
#include "cli/project.h"
#include "db/database_check.h"

namespace gt {

struct Records;

enum class FindingState : std::uint8_t {
  ok,
  warning,  ///< it works, but not as well as it could, or not for everything
  missing,  ///< something that is needed is not there
};
/// "ok", "warning", "missing".
const char* to_text(FindingState state);

struct Finding {
  const char* topic;  ///< "machine", "programs", "home", "project"
  std::string name;
  FindingState state = FindingState::ok;
  std::string text;
  std::string remedy = {};  ///< a command, or words
};

using Findings = std::vector<Finding>;

struct Patient {
  const Session& session;
  Distribution distribution;
  std::string path;                ///< $PATH
  std::optional<Project> project;  ///< none where the current folder is gone
  /// Of the home, if there is a project. Takes as long as reading the database, so it is done once.
  std::optional<Result<DatabaseCheck>> database = {};
};

/// The home's records; nullopt where opening them would make or change something.
std::optional<Records> records_as_they_are(const Patient& patient);

void look_at_machine(const Patient& patient, Findings& findings);
void look_at_programs(const Patient& patient, Findings& findings);
void look_at_home(const Patient& patient, Findings& findings);
/// Settings, and what the project's pipeline needs.
void look_at_project(const Patient& patient, Findings& findings);

/// Whether this Python can make virtual environments; not_found, unavailable.
Result<void> try_python(const std::string& executable);

}  // namespace gt
