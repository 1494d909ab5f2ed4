#include "run/reported_ends.h"

namespace gt {

Result<std::int64_t> ReportedEnds::begin(Transaction& transaction, const std::string& receiver) {
  TRY(transaction.execute(
      "INSERT INTO reported_end (receiver, sequence) VALUES (:receiver, (SELECT coalesce(max("
      "sequence), 0) FROM run_end)) ON CONFLICT DO NOTHING",
      {receiver}));
  const auto row = TRY(transaction.query_row<std::int64_t>(
      "SELECT sequence FROM reported_end WHERE receiver = :receiver", {receiver}));
  return row ? std::get<0>(*row) : 0;
}

Result<void> ReportedEnds::set(Transaction& transaction, const std::string& receiver,
                               std::int64_t sequence) {
  TRY(transaction.execute("UPDATE reported_end SET sequence = :sequence WHERE receiver = :receiver",
                          {sequence, receiver}));
  return {};
}

}  // namespace gt
