/// Whole runs as results: one whose tasks all have results that are kept, found again by what was
/// asked for and what the world answered, before the pipeline is even read.
///
/// The same idea as for a step, at the size of a run: a request (the pipeline's text, parameters,
/// options) and every fact that the run's steps asked for. A memo lives as long as the cache stays
/// as it is: whoever changes an entry forgets them all, and the next run takes the long way once.
///
/// Threads: any, with a transaction each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "blob/blob_store.h"
#include "db/transaction.h"
#include "run/run.h"

namespace gt {

/// A question about the world, in words that only the asker understands, and what the answer was.
struct AskedFact {
  std::string question;  ///< one line
  Digest answer;
};

struct RunMemo {
  RunId run = 0;
  std::uint32_t tasks = 0;  ///< that have a result
  std::vector<AskedFact> facts;
  std::vector<Blob> artifacts;  ///< of all results
};

/// Older ones are forgotten.
inline constexpr int run_memos_max = 64;

Result<std::optional<RunMemo>> find_memo(Transaction& transaction, const Digest& request);
/// Whether it is still there, for the transaction that relies on it.
Result<bool> has_memo(Transaction& transaction, const Digest& request, RunId run);
/// Nothing is kept if other runs may have changed the cache since `since`, when this one began.
Result<void> keep_memo(Transaction& transaction, const Digest& request, const RunMemo& memo,
                       Time since);
Result<void> forget_memos(Transaction& transaction);

}  // namespace gt
