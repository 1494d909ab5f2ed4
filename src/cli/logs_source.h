/// What `logs` prints and follows: the wishes, what they come to now, and what is to be said of it.
#pragma once

#include <optional>
#include <string>

#include "cli/log_choice.h"
#include "cli/log_merge.h"

namespace gt {

/// The run's logs that are meant, as they are now.
struct LogsNow {
  std::string run;  ///< its name
  LogChoice choice;
  bool is_single = false;          ///< one task was named, and one attempt of it is meant
  std::optional<TaskState> state;  ///< of that task
  bool is_driven = false;
};

Result<LogsNow> look_at_logs(Records& records, const LogWishes& wishes);

/// Whether nothing more will come.
bool has_ended(const ChosenLog& log, bool is_driven);

/// Errc::not_found: there is no log to print.
Error no_logs(const LogWishes& wishes, const LogsNow& now);

/// "train", or "train#2" for a later attempt or where there may be several.
std::string label_of(const ChosenLog& log, const LogWishes& wishes);

LogSource source_of(const ChosenLog& log, const LogWishes& wishes, const LogRange& range,
                    bool is_live);

/// A log that ran into a full disk must not look as if nothing were missing. nullopt: it is whole.
std::optional<std::string> what_is_missing(const ChosenLog& log);

}  // namespace gt
