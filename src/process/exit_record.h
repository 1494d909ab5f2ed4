/// How an attempt ended, as its shim saw it: a line of the lock file in the attempt's folder.
///
/// Written by one version of the program and perhaps read by the next one, so it carries the number
/// of its protocol; members that a reader does not know are passed over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

enum class ExitCause {
  exit,           ///< the main process ended by itself, with 0 or another code
  signal,         ///< the main process was ended by a signal that the shim did not send
  timeout,        ///< its time was up
  out_of_memory,  ///< killed while the machine was out of memory
  cancelled,      ///< stopped by request
  spawn_failed,   ///< the command was never started: not found, not executable, no such folder, …
  internal,       ///< the machine could not run it: disk full, no processes, no descriptors
  lost,           ///< the shim died; what was left of the attempt's processes was ended
};

/// Spelled as the enumerator.
const char* to_text(ExitCause cause);
std::optional<ExitCause> parse_exit_cause(std::string_view text);

struct ExitRecord {
  std::string name = {};  ///< of the attempt
  ExitCause cause = ExitCause::lost;
  std::optional<int> exit_code = {};  ///< when the main process exited, whatever the cause
  std::optional<int> signal =
      {};                    ///< when the main process was ended by a signal, whatever the cause
  std::string message = {};  ///< for people; empty after exit code 0
  std::optional<Time> started_at = {};  ///< absent when the command was never started
  Time ended_at{};
  Duration duration{0};  ///< by the steady clock
  /// Of the largest process of the tree, not of their sum; never less than the shim's own few MiB.
  std::int64_t peak_memory_bytes = 0;
  Duration cpu_user{0};    ///< of the whole tree
  Duration cpu_system{0};  ///< of the whole tree
  std::int64_t log_bytes = 0;
  std::int64_t log_bytes_left_out = 0;  ///< for the log's limit, or because it could not be written
  std::string log_problem = {};         ///< why the log is not whole, other than for its limit
  std::int64_t leftovers = 0;  ///< processes that were still there when the main process had ended

  bool operator==(const ExitRecord&) const = default;
};

/// One line of JSON, without the end of the line.
std::string to_json_text(const ExitRecord& record);
/// Errc::invalid for anything else, and for a protocol newer than ours.
Result<ExitRecord> parse_exit_record(std::string_view text);

}  // namespace gt
