/// Who has slots of pools and GPUs, who waits for them, and why, with the names that people know.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/records.h"
#include "schedule/claim_rules.h"
#include "view/run_view.h"

namespace gt {

/// As recorded at one moment. Owner: the command. Threads: one.
class ClaimView {
 public:
  /// Records and transaction outlive it. Waits of engines that are gone count no more.
  static Result<ClaimView> load(const Session& session, Records& records, Transaction& transaction);

  const ClaimLedger& ledger() const { return book_.ledger(); }
  /// "flights/12 train[3]"; a run that is gone by its number.
  std::string task_name(std::int64_t task);
  /// The run of a holder has not ended, and no engine drives it.
  bool is_abandoned(std::int64_t task);
  /// Why a task that is ready does not run: "waits for pool db: 2 of 2 slots taken by flights/12
  /// train[3]". Empty for one that claims nothing, or that could have what it claims.
  std::string reason(const RunView& view, const TaskRecord& task);

 private:
  ClaimView(Records& records, Transaction& transaction, ClaimLedger ledger)
      : records_(&records), transaction_(&transaction), book_(std::move(ledger)) {}

  struct KnownRun {
    std::optional<RunRecord> record;
    std::optional<RunView> view;
    bool is_driven = false;
  };
  KnownRun& known(RunId run);
  std::string holders_text(const std::vector<std::int64_t>& holders);

  Records* records_;
  Transaction* transaction_;
  ClaimBook book_;
  std::vector<std::string> devices_;
  std::map<RunId, KnownRun> runs_;
};

}  // namespace gt
