#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/doctor.h"
#include "cli/records.h"
#include "db/sqlite_database.h"

namespace gt {

namespace {

constexpr std::int64_t free_bytes_few = std::int64_t{1} << 30U, free_bytes_min = 64 << 20;
constexpr fsfilcnt_t free_inodes_few = 10'000;

bool is_there(const std::string& path) {
  const auto kind = kind_of(path);
  return kind && *kind != PathKind::nothing;
}

/// The folder, or the nearest above it that exists.
std::string existing(std::string folder) {
  while (folder != "/" && ::access(folder.c_str(), F_OK) != 0) folder = parent_path(folder);
  return folder;
}

Finding place(const std::string& home) {
  Finding finding{"home", "folder", FindingState::ok, printable(home)};
  const std::string there = existing(home);
  if (there != home) finding.text += ", which the first run makes";
  struct stat facts{};
  if (::access(there.c_str(), W_OK | X_OK) != 0) {
    finding.state = FindingState::missing;
    finding.text += fmt::format("; {} cannot be written", printable(there));
    finding.remedy = "make it writable, or set GEARTRAIN_HOME to another folder";
  } else if (there == home && ::stat(home.c_str(), &facts) == 0 && (facts.st_mode & 077U) != 0) {
    finding.state = FindingState::warning;
    finding.text += fmt::format("; others have access to it (mode {:04o})", facts.st_mode & 07777U);
    finding.remedy = "chmod 700 " + shell_quoted(printable(home));
  }
  return finding;
}

Finding disk(const std::string& home) {
  struct statvfs facts{};
  if (::statvfs(existing(home).c_str(), &facts) != 0)
    return {"home", "disk", FindingState::warning, "unknown"};
  const auto free_bytes = static_cast<std::int64_t>(facts.f_bavail * facts.f_frsize);
  Finding finding{"home", "disk", FindingState::ok, format_bytes(free_bytes) + " free"};
  // Some file systems make inodes as they need them, and say 0 of 0.
  const bool counts_inodes = facts.f_files > 0;
  if (counts_inodes) finding.text += fmt::format(", {} inodes", facts.f_favail);
  const bool has_few =
      free_bytes < free_bytes_few || (counts_inodes && facts.f_favail < free_inodes_few);
  if (!has_few) return finding;
  finding.state = free_bytes < free_bytes_min ? FindingState::missing : FindingState::warning;
  finding.remedy = "`geartrain gc` removes what no run needs";
  return finding;
}

Finding file_system(const std::string& home) {
  const std::string network = network_file_system_at(existing(home));
  if (network.empty()) return {"home", "file system", FindingState::ok, "local"};
  return {"home", "file system", FindingState::warning,
          network + ": the database's journal and locks are safe on one machine only",
          "set GEARTRAIN_HOME to a folder on a local disk"};
}

Finding database(const Result<DatabaseCheck>& check) {
  if (!check && check.error().code == Errc::not_found)
    return {"home", "database", FindingState::ok, "not there yet"};
  if (!check)
    return {"home", "database", FindingState::missing, check.error().message, check.error().hint};
  Finding finding{"home", "database", FindingState::ok,
                  fmt::format("whole, schema {}", check->version)};
  if (!check->damages.empty()) {
    finding.state = FindingState::missing;
    finding.text = "damaged: " + printable(check->damages.front());
    finding.remedy =
        "restore the home folder from a backup, or move geartrain.db* aside to start anew";
  } else if (check->version > check->version_known) {
    finding.state = FindingState::missing;
    finding.text += fmt::format(", of a newer geartrain (this one knows {})", check->version_known);
    finding.remedy = "use the newer geartrain, or set GEARTRAIN_HOME to another folder";
  } else if (check->version < check->version_known) {
    finding.text += fmt::format("; the next command makes {} of it", check->version_known);
  }
  return finding;
}

Finding engines(const std::string& home) {
  std::size_t living = 0, gone = 0;
  const auto names = list_directory(join_path(home, "engines"));
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (!name.ends_with(".lock")) continue;
    const auto fd = open_file(join_path(join_path(home, "engines"), name), O_RDONLY);
    if (!fd) continue;
    const bool is_held = ::flock(fd->get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ++(is_held ? living : gone);
  }
  Finding finding{"home", "engines", FindingState::ok, fmt::format("{} at work", living)};
  if (gone > 0)
    finding.text += fmt::format("; {} ended without a word, the next run tidies up", gone);
  return finding;
}

/// Runs that nobody drives.
void add_left_runs(const Patient& patient, Findings& findings) {
  auto records = records_as_they_are(patient);
  if (!records) return;
  auto reader = records->database->begin_read();
  if (!reader) return;
  const auto open = records->runs.open_runs(*reader);
  if (!open) return;
  std::vector<std::string> left;
  for (const RunRecord& run : *open)
    if (const auto driven = is_driven(*records, run); driven && !*driven)
      left.push_back(run.name());
  if (left.empty()) return;
  findings.push_back(
      {"home", "runs", FindingState::warning,
       fmt::format("{} {} not ended, and nobody drives {}", left.size(),
                   left.size() == 1 ? "has" : "have", left.size() == 1 ? "it" : "them"),
       "geartrain attach " + left.front()});
}

}  // namespace

std::optional<Records> records_as_they_are(const Patient& patient) {
  const auto& check = patient.database;
  if (!check || !*check || (*check)->version != (*check)->version_known) return std::nullopt;
  auto records = open_existing_records(patient.session);
  return records ? std::optional(*std::move(records)) : std::nullopt;
}

void look_at_home(const Patient& patient, Findings& findings) {
  if (!patient.project) return;
  const std::string& home = patient.project->home;
  findings.push_back(place(home));
  findings.push_back(disk(home));
  findings.push_back(file_system(home));
  findings.push_back(database(*patient.database));
  if (findings.back().state != FindingState::ok || !is_there(join_path(home, "geartrain.db")))
    return;
  findings.push_back(engines(home));
  add_left_runs(patient, findings);
}

}  // namespace gt
