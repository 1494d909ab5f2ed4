#include "run/idempotent_runs.h"

namespace gt {

Result<std::optional<RunId>> IdempotentRuns::find(Transaction& transaction, const std::string& key,
                                                  const std::string& request, Time now) {
  const auto row = TRY((transaction.query_row<std::string, std::int64_t>(
      "SELECT request, run FROM idempotent_run WHERE key = :key AND at > :since",
      {key, now - kept_for})));
  if (!row) return std::optional<RunId>();
  if (std::get<0>(*row) != request)
    return Error{Errc::conflict, "the Idempotency-Key was used for another request",
                 "each request has a key of its own"};
  return std::optional<RunId>(std::get<1>(*row));
}

Result<void> IdempotentRuns::add(Transaction& transaction, const std::string& key,
                                 const std::string& request, RunId run, Time now) {
  TRY(transaction.execute("DELETE FROM idempotent_run WHERE at <= :since", {now - kept_for}));
  TRY(transaction.execute(
      "INSERT INTO idempotent_run (key, request, run, at) VALUES (:key, :request, :run, :at)",
      {key, request, run, now}));
  return {};
}

}  // namespace gt
