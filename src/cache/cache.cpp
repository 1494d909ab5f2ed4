#include "cache/cache.h"

#include <algorithm>

#include "base/text.h"
#include "cache/cache_entries.h"
#include "cache/explanation.h"
#include "run/run_json.h"

namespace gt {

namespace {

/// Earlier manifests of a step with which a new one is compared.
constexpr int manifests_compared_max = 8;
/// Pairs of source sets whose difference is remembered.
constexpr std::size_t source_changes_max = 64;

/// Names of runs, each asked for once.
class RunNames {
 public:
  explicit RunNames(Transaction& transaction) : transaction_(transaction) {}

  Result<std::string> name(RunId run) {
    const auto known = names_.find(run);
    if (known != names_.end()) return known->second;
    const auto row = TRY((transaction_.query_row<std::string, std::int64_t>(
        "SELECT pipeline, number FROM run WHERE id = :id", {run})));
    std::string name =
        row ? fmt::format("{}/{}", std::get<0>(*row), std::get<1>(*row)) : "an earlier run";
    return names_[run] = std::move(name);
  }

 private:
  Transaction& transaction_;
  std::map<RunId, std::string> names_;
};

/// What an entry is worth as long as nobody has looked for its artifacts.
struct Candidate {
  std::size_t query = 0;
  CacheHit hit;
  std::vector<Artifact> artifacts;
};

Result<std::vector<bool>> look_for(BlobStore& blobs, std::span<const Candidate> candidates,
                                   Purpose purpose) {
  std::vector<Blob> wanted;
  for (const Candidate& candidate : candidates)
    for (const Artifact& artifact : candidate.artifacts)
      wanted.push_back({.name = {.digest = artifact.digest, .is_folder = artifact.is_folder},
                        .bytes = artifact.bytes});
  return purpose == Purpose::use ? blobs.rely_on(wanted) : blobs.are_there(wanted);
}

}  // namespace

Result<CacheAnswer> Cache::find(Transaction& transaction, const CacheQuery& query) {
  auto answers = TRY(find_many(transaction, std::span(&query, 1)));
  return std::move(answers.front());
}

Result<std::vector<CacheAnswer>> Cache::find_many(Transaction& transaction,
                                                  std::span<const CacheQuery> queries) {
  std::vector<CacheAnswer> answers(queries.size());
  if (queries.empty()) return answers;
  std::vector<StepKey> keys;
  keys.reserve(queries.size());
  for (const CacheQuery& query : queries) keys.push_back(query.key);
  const auto entries = TRY(read_entries(transaction, keys));

  RunNames runs(transaction);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!entries[i]) {
      answers[i].reason = TRY(explain_miss(transaction, queries[i]));
    } else if (entries[i]->expires_at && *entries[i]->expires_at <= queries[i].now) {
      answers[i].reason =
          fmt::format("the result of {} has expired", TRY(runs.name(entries[i]->from.run)));
    } else {
      Candidate& candidate = candidates.emplace_back();
      candidate.query = i;
      candidate.hit = {TRY(parse_values(entries[i]->outputs)), entries[i]->from};
      for (const OutputValue& output : candidate.hit.outputs)
        for_each_artifact(
            output, [&](const Artifact& artifact) { candidate.artifacts.push_back(artifact); });
    }
  }
  const std::vector<bool> there = TRY(look_for(blobs_, candidates, queries.front().purpose));
  auto next = there.begin();
  for (Candidate& candidate : candidates) {
    CacheAnswer& answer = answers[candidate.query];
    const std::string run = TRY(runs.name(candidate.hit.from.run));
    const auto gone = std::find(next, next + std::ssize(candidate.artifacts), false);
    if (gone == next + std::ssize(candidate.artifacts)) {
      answer.reason = fmt::format("nothing changed since {}", run);
      answer.hit = std::move(candidate.hit);
    } else {
      const Artifact& artifact = candidate.artifacts[static_cast<std::size_t>(gone - next)];
      answer.reason =
          fmt::format("the artifact {} of {} is gone", printable(artifact.file_name), run);
    }
    next += std::ssize(candidate.artifacts);
  }
  return answers;
}

Result<std::string> Cache::explain_miss(Transaction& transaction, const CacheQuery& query) {
  const auto earlier = TRY((transaction.query<std::string, std::string, std::string>(
      "SELECT m.key, m.base_key, m.source_set FROM step_manifest s JOIN manifest m ON m.key = "
      "s.key "
      "WHERE s.pipeline = :pipeline AND s.step = :step ORDER BY s.task DESC LIMIT :limit",
      {query.pipeline, query.step, manifests_compared_max})));
  if (earlier.empty()) return std::string("no earlier run of this step");
  const std::string base_hex = query.key.base.hex(), source_hex = query.key.source.hex();
  // The nearest one says most; of equally near ones the newest.
  std::vector<std::string> nearest;
  for (const auto& [key, base, source] : earlier) {
    std::vector<std::string> changes;
    if (source != source_hex)
      changes = TRY(source_changes(transaction, source, *query.manifest.source));
    if (base != base_hex) {
      const auto text = TRY(transaction.query_row<std::string>(
          "SELECT text FROM base_manifest WHERE base_key = :base", {base}));
      if (!text) continue;
      std::ranges::move(base_differences(std::get<0>(*text), base_text(query.manifest)),
                        std::back_inserter(changes));
    }
    if (changes.empty())
      return std::string("nothing changed, but no result was kept the last time");
    if (nearest.empty() || changes.size() < nearest.size()) nearest = std::move(changes);
  }
  return nearest.empty() ? std::string("no earlier run of this step is remembered")
                         : in_words(nearest);
}

Result<std::vector<std::string>> Cache::source_changes(Transaction& transaction,
                                                       const std::string& before,
                                                       const SourceSet& now) {
  const auto known = source_changes_.find({before, now.digest});
  if (known != source_changes_.end()) return known->second;
  const auto text = TRY(transaction.query_row<std::string>(
      "SELECT text FROM source_set WHERE digest = :digest", {before}));
  if (!text) return std::vector<std::string>{"other source files"};
  if (source_changes_.size() >= source_changes_max) source_changes_.clear();
  return source_changes_[{before, now.digest}] = source_differences(std::get<0>(*text), now.text);
}

}  // namespace gt
