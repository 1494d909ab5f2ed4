/// Looks whether a home's database is whole, and changes nothing.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace gt {

struct DatabaseCheck {
  int version = 0;                   ///< of its schema
  int version_known = 0;             ///< what this geartrain makes of it
  std::vector<std::string> damages;  ///< what SQLite found wrong; the first few
};

/// `home` is an absolute path. Takes as long as reading the whole database. Errors: not_found;
/// unavailable where looking would have to write (a journal without its index), and for a file that
/// is no database.
Result<DatabaseCheck> check_database(const std::string& home);

}  // namespace gt
