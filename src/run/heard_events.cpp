#include "run/heard_events.h"

namespace gt {

Result<bool> HeardEvents::add(Transaction& transaction, const std::string& pipeline,
                              const std::string& trigger, const std::string& event, Time now) {
  const std::int64_t added = TRY(transaction.execute(
      "INSERT INTO heard_event (pipeline, trigger, event, at) VALUES (:pipeline, :trigger, :event, "
      ":at) ON CONFLICT DO NOTHING",
      {pipeline, trigger, event, now}));
  if (added == 0) return false;
  TRY(transaction.execute(
      "DELETE FROM heard_event WHERE pipeline = :pipeline AND trigger = :trigger AND at < (SELECT "
      "at FROM heard_event WHERE pipeline = :pipeline AND trigger = :trigger ORDER BY at DESC "
      "LIMIT 1 OFFSET :kept)",
      {pipeline, trigger, kept_max - 1}));
  return true;
}

}  // namespace gt
