/// What is really installed in a Python environment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace gt {

struct InstalledPackage {
  std::string name;  ///< lower case, words joined by "-" (PEP 503)
  std::string version;
  /// Of the files that the package brought, by its RECORD: paths and hashes, without what depends
  /// on where and by which tool it was installed. Of METADATA where there is no RECORD.
  Digest record;
  /// It came from an URL or a folder that the requirements name, not from an index.
  bool is_direct = false;

  bool operator==(const InstalledPackage&) const = default;
};

/// The packages of `<folder>/lib/python*/site-packages`, sorted by name.
Result<std::vector<InstalledPackage>> read_packages(const std::string& folder);

/// Changes when a package comes, goes, or is replaced: the stamps of the site-packages folders.
Result<std::string> packages_stamp(const std::string& folder);

}  // namespace gt
