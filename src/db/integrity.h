/// Whether the database's own structure is whole. Each kind of database has its own way to tell.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "db/transaction.h"

namespace gt {

/// What is wrong, a line each; empty if nothing is. Reads all of it. Errors: of reading.
Result<std::vector<std::string>> find_damage(Transaction& transaction);

}  // namespace gt
