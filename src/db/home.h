/// The home folder of a project (`.geartrain/`): database, artifacts, attempts, engines.
///
/// Everything in it is of one user (mode 0700) and ignored by git (a `.gitignore` with `*`).
///
///     version             layout of the folder; a newer one than ours is refused
///     geartrain.db*       the database
///     write.lock          held (flock) by whoever writes the database
///     engines/<id>.lock   held (flock) by an engine while it lives;  <id>.sock  its doorbell
///     listeners/<id>.sock doorbells of those who follow
///     objects/ trees/     artifacts by digest
///     blob-journals/      small artifacts that may not be on disk yet
///     tmp/                what is being made, named by its maker
///     reserve             room for gc on a full disk (db/reserve.h)
///     chores/             what is done when nobody waits (process/chores.h)
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace gt {

/// The kind of the network file system on which a folder lies, empty for a local one. SQLite's
/// journal and our locks need a local disk when more than one machine, or some servers, take part.
std::string network_file_system_at(const std::string& folder);

class Home {
 public:
  /// Creates what is missing of `path` (absolute). Errors: denied (with a hint to GEARTRAIN_HOME),
  /// exhausted, conflict (made by a newer geartrain).
  static Result<Home> open(const std::string& path);

  const std::string& path() const { return path_; }
  /// `<path>/<name>`
  std::string at(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// See network_file_system_at().
  std::string network_file_system() const { return network_file_system_at(path_); }
  /// The same by the number that statfs(2) gives for the kind.
  static std::string network_file_system_of(std::uint32_t kind);

 private:
  explicit Home(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace gt
