/// Events that triggers have heard, so that one that is told twice fires once. Keeps nothing in
/// memory. Threads: any, with a transaction each.
#pragma once

#include <string>

#include "base/clock.h"
#include "db/transaction.h"

namespace gt {

class HeardEvents {
 public:
  /// Of each trigger as many are kept.
  static constexpr std::int64_t kept_max = 10'000;

  /// False: the trigger has heard of it before.
  Result<bool> add(Transaction& transaction, const std::string& pipeline,
                   const std::string& trigger, const std::string& event, Time now);
};

}  // namespace gt
