#include "cache/verify_home.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "db/integrity.h"
#include "run/run_json.h"

namespace gt {

namespace {

constexpr auto between_reports = std::chrono::milliseconds(100);

struct References {
  std::unordered_map<BlobName, std::vector<ResultReference>> by_name;
  std::unordered_set<RunId> collected;  ///< runs whose artifacts may be gone
};

Result<References> read_references(Transaction& reader) {
  References found;
  const auto add = [&](std::int64_t task, const std::string& outputs, bool is_kept) {
    const auto values = parse_values(outputs);
    if (!values) return;  // verify_records() tells
    for (std::size_t i = 0; i < values->size(); ++i)
      for_each_artifact((*values)[i], [&](const Artifact& artifact) {
        found.by_name[{artifact.digest, artifact.is_folder}].push_back(
            {run_of(task), index_of(task), i, is_kept});
      });
  };
  TRY((reader.query<std::int64_t, std::string>(
      "SELECT task, outputs FROM task_result ORDER BY task", {},
      [&](std::int64_t task, const std::string& outputs) { add(task, outputs, false); })));
  TRY((reader.query<std::int64_t, std::string>(
      "SELECT task, outputs FROM cache_entry ORDER BY task", {},
      [&](std::int64_t task, const std::string& outputs) { add(task, outputs, true); })));
  TRY(reader.query<std::int64_t>("SELECT id FROM run WHERE collected = 1", {},
                                 [&](std::int64_t run) { found.collected.insert(run); }));
  return found;
}

/// Several threads, each with one artifact at a time.
class Hashing {
 public:
  Hashing(BlobStore& store, std::span<const Blob> blobs, unsigned threads)
      : store_(store), blobs_(blobs), health_(blobs.size(), Health::intact), left_(threads) {
    order_.resize(blobs.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    // The largest first, so that no thread is left alone with one at the end.
    std::ranges::stable_sort(order_, std::greater<>(),
                             [&](std::size_t i) { return blobs_[i].bytes; });
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }

  Result<std::vector<Health>> finish(
      const std::function<void(const VerifyProgress&)>& progress) && {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, between_reports, [this] { return left_ == 0; }))
      progress({done_.load(), bytes_.load()});
    progress({done_.load(), bytes_.load()});
    if (problem_) return *std::move(problem_);
    return std::move(health_);
  }

 private:
  void work() {
    for (std::size_t at = next_++; at < order_.size(); at = next_++) {
      const Blob& blob = blobs_[order_[at]];
      auto health = store_.check(blob.name, CheckDepth::content);
      if (!health) {
        const std::lock_guard lock(mutex_);
        problem_ = std::move(health).error();
        next_ = order_.size();
        break;
      }
      health_[order_[at]] = *health;
      ++done_;
      bytes_ += blob.bytes;
    }
    const std::lock_guard lock(mutex_);
    --left_;
    ended_.notify_one();
  }

  BlobStore& store_;
  std::span<const Blob> blobs_;
  std::vector<std::size_t> order_;
  std::vector<Health> health_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::int64_t> done_ = 0, bytes_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_;
  unsigned left_;
  std::optional<Error> problem_;
  std::vector<std::jthread> threads_;  // last: they use what stands above
};

bool is_wanted(const References& references, const std::vector<ResultReference>& own) {
  return std::ranges::any_of(own, [&](const ResultReference& one) {
    return one.is_kept || !references.collected.contains(one.run);
  });
}

Result<void> check_digests(Transaction& reader, const char* sql, const char* what,
                           std::vector<std::string>& faults) {
  return reader.query<std::string, std::string>(
      sql, {}, [&](const std::string& digest, const std::string& text) {
        if (sha256(text).hex() != digest)
          faults.push_back(fmt::format("{} {} is not what its digest says", what, digest));
      });
}

Result<void> check_outputs(Transaction& reader, const char* sql, const char* what,
                           std::vector<std::string>& faults) {
  return reader.query<std::int64_t, std::string>(
      sql, {}, [&](std::int64_t task, const std::string& outputs) {
        if (!parse_values(outputs))
          faults.push_back(fmt::format("{} of task {} in run {} cannot be read", what,
                                       index_of(task), run_of(task)));
      });
}

}  // namespace

Result<std::vector<DamagedArtifact>> verify_artifacts(Database& database, BlobStore& store,
                                                      std::span<const Blob> blobs,
                                                      const VerifyOptions& options) {
  const std::vector<Health> health =
      TRY(Hashing(store, blobs, std::max(options.threads, 1U)).finish(options.progress));
  // After the hashing: what came or went meanwhile is seen.
  auto reader = TRY(database.begin_read());
  References references = TRY(read_references(reader));
  std::map<BlobName, DamagedArtifact> damaged;
  for (std::size_t i = 0; i < blobs.size(); ++i)
    if (health[i] == Health::changed)
      damaged[blobs[i].name] = {blobs[i].name, Health::changed, false, {}};
  std::unordered_set<BlobName> there;
  for (std::size_t i = 0; i < blobs.size(); ++i)
    if (health[i] == Health::intact) there.insert(blobs[i].name);
  for (auto& [name, own] : references.by_name) {
    if (const auto found = damaged.find(name); found != damaged.end()) {
      found->second.references = std::move(own);
    } else if (!there.contains(name) && is_wanted(references, own) &&
               TRY(store.check(name, CheckDepth::quick)) == Health::missing) {
      damaged[name] = {name, Health::missing, false, std::move(own)};
    }
  }
  std::vector<DamagedArtifact> found;
  for (auto& [name, damage] : damaged) {
    if (options.quarantines && damage.health == Health::changed) {
      TRY(store.quarantine(name));
      damage.is_quarantined = true;
    }
    found.push_back(std::move(damage));
  }
  return found;
}

Result<std::vector<std::string>> verify_records(Database& database) {
  auto reader = TRY(database.begin_read());
  std::vector<std::string> faults = TRY(find_damage(reader));
  TRY(check_digests(reader, "SELECT base_key, text FROM base_manifest", "the facts of", faults));
  TRY(check_digests(reader, "SELECT digest, text FROM source_set", "the source set", faults));
  TRY(check_digests(reader, "SELECT digest, path || char(10) || text FROM pipeline_version",
                    "the pipeline's text", faults));
  TRY(check_outputs(reader, "SELECT task, outputs FROM task_result", "the result", faults));
  TRY(check_outputs(reader, "SELECT task, outputs FROM cache_entry", "the kept result", faults));
  return faults;
}

}  // namespace gt
