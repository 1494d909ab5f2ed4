/// What a shim needs to run one attempt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gt {

/// Given to `bash -euo pipefail` by an unnamed file in memory: neither on disk nor in an argv.
struct Script {
  std::string text;
  bool operator==(const Script&) const = default;
};

struct SpawnRequest {
  std::string name = {};    ///< unique for ever; the command's tree carries it as GEARTRAIN_ATTEMPT
  std::string folder = {};  ///< absolute; made if it is not there, with those above it
  std::variant<std::vector<std::string>, Script> command = {};
  /// NAME=value, all of it: nothing is inherited. PATH in it finds the program.
  std::vector<std::string> environment = {};
  std::string working_directory = {};     ///< absolute
  std::vector<std::string> folders = {};  ///< to make, below the attempt's folder
  std::vector<std::string> secrets = {};  ///< replaced by *** in the log
  std::optional<Duration> timeout = {};   ///< by the steady clock, from the start of the command
  Duration grace = std::chrono::seconds(10);  ///< between TERM and KILL
  std::int64_t log_bytes_max = std::int64_t{64} << 20U;

  bool operator==(const SpawnRequest&) const = default;
};

/// The packed form that goes to the keeper; both ends are the same process image, so it has no
/// version of its own.
std::string pack(const SpawnRequest& request);
/// Errc::internal if the bytes were not made by pack().
Result<SpawnRequest> unpack_spawn_request(std::string_view bytes);

/// The first two members of a packed request: all that a keeper wants to know.
struct AttemptPlace {
  std::string name;
  std::string folder;
};
std::string pack(const AttemptPlace& place);
Result<AttemptPlace> unpack_attempt_place(std::string_view bytes);

}  // namespace gt
