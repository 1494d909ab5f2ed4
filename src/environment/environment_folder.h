/// The environments of a home as things that take room: what there is, and how one goes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "environment/packages.h"

namespace gt {

struct EnvironmentRecord {
  std::string key;     ///< the name of its folder
  std::string folder;  ///< of the virtual environment
  /// What it was made for; empty where a version made it that did not note that.
  std::string requirements, interpreter;
  std::string version;       ///< of Python
  std::string architecture;  ///< "x86_64"
  std::vector<InstalledPackage> packages;
  bool is_whole = false;    ///< else it is being made, or was never finished
  bool is_current = false;  ///< else an update has put another one in its place
  std::optional<Time> made_at, used_at;
};

/// Threads: any.
class EnvironmentFolder {
 public:
  explicit EnvironmentFolder(const std::string& home) : folder_(home + "/environments") {}

  /// Sorted by key. Empty where there never was one.
  Result<std::vector<EnvironmentRecord>> list() const;
  /// Of all files below it; those that it shares with others by links count in full.
  std::int64_t bytes(std::string_view key) const;
  /// Removes one that no process uses or makes; `is_used` is asked when none can begin to any more.
  /// It goes by one rename: whole, or not at all. Its resolution stays. False if it is in use, or
  /// not there.
  Result<bool> remove(const std::string& key, const std::function<Result<bool>()>& is_used) const;
  /// Whether remove() would remove it, as things are.
  Result<bool> may_go(const std::string& key, const std::function<Result<bool>()>& is_used) const;
  /// What removals that were cut short have left.
  Result<void> remove_rest() const;

 private:
  struct Hold;
  EnvironmentRecord look(const std::string& key) const;
  Result<std::optional<Hold>> hold(const std::string& key,
                                   const std::function<Result<bool>()>& is_used) const;
  std::string folder_;
};

}  // namespace gt
