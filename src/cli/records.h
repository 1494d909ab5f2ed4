/// A home's database, for commands that look at what was recorded.
#pragma once

#include <memory>

#include "cli/project.h"
#include "cli/session.h"
#include "db/database.h"
#include "db/home.h"
#include "run/run_store.h"

namespace gt {

/// Owner: the command. Threads: the main one.
struct Records {
  Project project;
  Home home;
  std::unique_ptr<Database> database;
  RunStore runs;
};

inline constexpr const char* run_argument_help =
    "A name as flights/12, a number, an id or the beginning of one, or latest.";
inline constexpr const char* task_argument_help =
    "A task as show lists it: train, train[0], candidates[2].train.";

/// What the home's database and artifacts are to survive.
Durability durability_of(const Session& session);

/// Makes what is missing.
Result<Records> open_records(const Session& session);

/// Errc::not_found, with a way out, where nothing was ever run; makes nothing.
Result<Records> open_existing_records(const Session& session);

/// not_found says how to list the runs.
Result<RunRecord> find_run(Records& records, Transaction& transaction, const std::string& name);

/// The same by a transaction of its own.
Result<RunRecord> find_run(Records& records, const std::string& name);

/// Where the run's files are: the project's folder, or the pushed version that it uses.
Result<Project> project_of(Records& records, Transaction& transaction, const RunRecord& run);

/// Of a run that is driven by an engine that does nothing, since somebody has stopped its process:
/// what a person should know; else empty.
std::string stopped_notice(const Records& records, const RunRecord& run);

inline Result<bool> is_driven(Records& records, const RunRecord& run) {
  return is_driven(*records.database, run);
}

}  // namespace gt
