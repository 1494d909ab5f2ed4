/// Results by the facts they came from.
///
/// Lookup has two levels: entries of a base key (everything but source files), each with a source
/// set. Today the engine computes one source set and asks for it; observed files come later into
/// the same two levels.
///
/// Threads: the engine's; writes within the caller's transaction.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "blob/blob_store.h"
#include "cache/step_manifest.h"
#include "db/transaction.h"
#include "run/attempt.h"

namespace gt {

struct CacheQuery {
  StepKey key;
  const StepManifest& manifest;
  std::string pipeline;
  std::string step;  ///< path of names, "candidates.train": whose earlier manifest is compared
  Time now;
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

class Cache {
 public:
  explicit Cache(BlobStore& blobs) : blobs_(blobs) {}

  /// A hit only if every artifact of the entry is there with its size.
  Result<CacheAnswer> find(Transaction& transaction, const CacheQuery& query);
  /// The manifest becomes the newest of its step; equal texts are kept once.
  Result<void> keep_manifest(Transaction& transaction, const StepManifest& manifest,
                             const std::string& pipeline, const std::string& step,
                             std::int64_t task);
  /// The first committed result of a key wins; other bytes for the same key are recorded as
  /// nondeterminism.
  Result<void> keep_result(Transaction& transaction, const StepKey& key, const AttemptId& from,
                           const std::vector<OutputValue>& outputs, std::optional<Time> expires_at,
                           Time now);
  /// What an attempt was looked up by when another engine started it; nullopt when it has no key.
  Result<std::optional<WantedCacheKey>> wanted_key(Transaction& transaction, std::int64_t task);

 private:
  BlobStore& blobs_;
};

}  // namespace gt
