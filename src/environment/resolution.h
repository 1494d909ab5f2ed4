/// What a requirements file was resolved to: kept beside the environments, so that an environment
/// that was removed is made again of the same packages. Only an update changes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "environment/packages.h"

namespace gt {

struct PinnedPackage {
  std::string name;
  std::string version;

  bool operator==(const PinnedPackage&) const = default;
};

struct Resolution {
  /// Counts the updates; the environment of each has a folder of its own.
  std::int64_t generation = 0;
  std::vector<PinnedPackage> packages;

  /// Lines "name==version", as pip and uv read constraints.
  std::string constraints() const;
};

/// Of all that came from an index; what an URL or a folder gave, the requirements pin themselves.
Resolution resolution_of(const std::vector<InstalledPackage>& packages, std::int64_t generation);

/// nullopt if there is none, or none that can be read.
std::optional<Resolution> read_resolution(const std::string& path);
Result<void> write_resolution(const std::string& path, const Resolution& resolution);

}  // namespace gt
