/// Who gets slots of pools and GPUs, and who waits: the arithmetic, without a database.
///
/// Claims are all or nothing: whoever waits holds nothing, so no two can wait for each other. They
/// stand in one line for each pool, by priority and then by how long they have waited. Whoever is
/// short of a pool's slots is not overtaken there, so a large claim cannot starve behind small
/// ones; in pools where it would find its slots, and while its engine could not start it, it keeps
/// nobody waiting.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "run/claim.h"

namespace gt {

enum class ClaimVerdict : std::uint8_t {
  granted,
  short_of,    ///< others have the slots
  outranked,   ///< the slots are there, but somebody else's turn is before
  impossible,  ///< more than there is at all, or no such pool
};

struct ClaimAnswer {
  ClaimVerdict verdict = ClaimVerdict::granted;
  std::vector<std::string> devices;  ///< of one that is granted
  // Of one that is not:
  std::string pool;  ///< the first that is in the way; empty for GPUs
  std::int64_t wanted = 0;
  std::optional<std::int64_t> size = {};  ///< slots of the pool, or number of GPUs; none: no pool
  std::int64_t taken = 0;
  std::vector<std::int64_t> holders = {};  ///< tasks that have them
  std::int64_t ahead = 0;                  ///< the task whose turn it is
};

/// A ledger that claims are judged by and entered into. Owner: the engine, for a turn. Deciding
/// only.
class ClaimBook {
 public:
  explicit ClaimBook(ClaimLedger ledger);

  const ClaimLedger& ledger() const { return ledger_; }
  /// `asking` need not be among those who wait. `is_patient`: it lets others go first.
  ClaimAnswer judge(const ClaimWait& asking, bool is_patient = true) const;
  /// Enters a claim that was granted; whoever waited does so no more.
  void grant(const ClaimWait& claim, const std::vector<std::string>& devices);
  /// The task's attempt has ended.
  void release(std::int64_t task);
  /// Enters or replaces one who waits.
  void wait(const ClaimWait& claim);
  void forget_waits_of(const std::string& engine);

 private:
  struct Tally {
    std::map<std::string, std::int64_t> taken;
    std::set<std::string> gpus;
  };

  const Pool* find(const std::string& name) const;
  Tally tally() const;
  std::optional<ClaimAnswer> impossible(const ClaimWait& asking) const;
  std::optional<ClaimAnswer> shortage(const ClaimWait& asking, const Tally& tally) const;
  std::vector<std::string> free_devices(const ClaimWait& asking, const Tally& tally) const;

  ClaimLedger ledger_;
};

}  // namespace gt
