/// Results by the facts they came from.
///
/// Lookup has two levels: entries of a base key (everything but source files), each with a source
/// set. Today the engine computes one source set and asks for it; observed files come later into
/// the same two levels.
///
/// Threads: the engine's; writes within the caller's transaction.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "blob/blob_store.h"
#include "cache/step_manifest.h"
#include "db/transaction.h"
#include "run/attempt.h"

namespace gt {

enum class Purpose {
  use,       ///< the artifacts of a hit stay, whatever is swept meanwhile
  forecast,  ///< nothing is changed
};

struct CacheQuery {
  StepKey key;
  const StepManifest& manifest;
  std::string pipeline;
  /// The task's path, "candidates[2].train": whose earlier manifests are compared.
  std::string step;
  Time now;
  Purpose purpose = Purpose::use;
};

struct CacheHit {
  std::vector<OutputValue> outputs;
  AttemptId from;
};

struct CacheAnswer {
  std::optional<CacheHit> hit;
  /// In words: where the hit came from, or why there is none: the very file, parameter or package.
  std::string reason;
};

/// The facts under which an open attempt was started.
struct WantedCacheKey {
  StepKey key;
  std::shared_ptr<const SourceSet> source;
};

/// Equal facts that led to different bytes.
struct Nondeterminism {
  AttemptId attempt;
  AttemptId first;         ///< whose result is kept
  std::size_t output = 0;  ///< position among the step's outputs
  Digest key;
};

class Cache {
 public:
  explicit Cache(BlobStore& blobs) : blobs_(blobs) {}

  /// A hit only if every artifact of the entry is there with its size.
  Result<CacheAnswer> find(Transaction& transaction, const CacheQuery& query);
  /// The same for many at once, in much less time. All have the same purpose.
  Result<std::vector<CacheAnswer>> find_many(Transaction& transaction,
                                             std::span<const CacheQuery> queries);

  /// For a task that is about to be executed: its manifest is what later ones of the same `step`
  /// are compared with. Equal texts are kept once. (A task with a hit has a manifest that is kept.)
  Result<void> keep_manifest(Transaction& transaction, const StepManifest& manifest,
                             const std::string& pipeline, const std::string& step,
                             std::int64_t task);
  /// Of attempts that run side by side the first committed result of a key wins; one that was made
  /// although there was a result (asked to run anew, expired, gone) replaces it. Different bytes
  /// are recorded as nondeterminism.
  Result<void> keep_result(Transaction& transaction, const StepKey& key, const AttemptId& from,
                           const std::vector<OutputValue>& outputs, std::optional<Time> expires_at,
                           Time now);
  /// What an attempt was looked up by when another engine started it; nullopt when it has no key.
  Result<std::optional<WantedCacheKey>> wanted_key(Transaction& transaction, std::int64_t task);

  /// All facts of a key, a line each; nullopt when they are not kept (any more).
  Result<std::optional<std::string>> manifest_text(Transaction& transaction, const Digest& key);
  /// That the attempts of a run brought to light.
  Result<std::vector<Nondeterminism>> nondeterminism(Transaction& transaction, RunId run);

 private:
  Result<std::string> explain_miss(Transaction& transaction, const CacheQuery& query);
  Result<std::vector<std::string>> source_changes(Transaction& transaction,
                                                  const std::string& before, const SourceSet& now);

  BlobStore& blobs_;
  /// What changed between two source sets, which many tasks share.
  std::map<std::pair<std::string, Digest>, std::vector<std::string>> source_changes_;
};

}  // namespace gt
