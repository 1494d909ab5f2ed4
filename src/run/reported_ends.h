/// How far receivers of telemetry have been told of the ends of runs.
///
/// Threads: any, with a transaction each.
#pragma once

#include <string>

#include "db/transaction.h"

namespace gt {

class ReportedEnds {
 public:
  /// The sequence of the last end that it was told of; a new receiver begins with the next one.
  Result<std::int64_t> begin(Transaction& transaction, const std::string& receiver);
  Result<void> set(Transaction& transaction, const std::string& receiver, std::int64_t sequence);
};

}  // namespace gt
