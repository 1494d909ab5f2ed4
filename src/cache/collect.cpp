#include "cache/collect.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_set>

#include "cache/run_memo.h"
#include "run/asset_store.h"
#include "run/run_json.h"

namespace gt {

namespace {

struct EndedRun {
  RunId id = 0;
  std::string name;
};

/// What is to go, from the database as it is now.
struct Selection {
  std::vector<EndedRun> forgotten;    ///< runs without a trace
  std::unordered_set<RunId> emptied;  ///< these and those that stay as a mere record
  std::set<std::pair<std::int64_t, std::int64_t>> taken;  ///< task, number: used by kept runs
};

Result<void> read_taken(Transaction& transaction, Selection& selection) {
  return transaction.query<std::int64_t, std::int64_t, std::int64_t>(
      "SELECT task, cached_from_task, cached_from_number FROM task_result WHERE cached_from_task "
      "IS "
      "NOT NULL",
      {}, [&](std::int64_t task, std::int64_t from_task, std::int64_t from_number) {
        if (!selection.emptied.contains(run_of(task)))
          selection.taken.emplace(from_task, from_number);
      });
}

Result<Selection> select(Transaction& transaction, const CollectOptions& options) {
  Selection selection;
  std::vector<EndedRun> ended;
  std::map<std::string, std::int64_t> seen;
  std::unordered_set<RunId> lending;  // their tasks are those of later runs that are kept
  TRY((
      transaction.query<std::int64_t, std::string, std::int64_t, Time, std::optional<std::int64_t>>(
          "SELECT id, pipeline, number, ended_at, same_as FROM run WHERE ended_at IS NOT NULL "
          "ORDER BY id DESC",
          {},
          [&](std::int64_t id, std::string pipeline, std::int64_t number, Time ended_at,
              std::optional<std::int64_t> same_as) {
            const bool is_new = seen[pipeline]++ < options.runs_kept ||
                                (options.kept_since && ended_at >= *options.kept_since);
            if (is_new || lending.contains(id)) {
              if (same_as) lending.insert(*same_as);
              return;
            }
            selection.emptied.insert(id);
            ended.push_back({id, fmt::format("{}/{}", pipeline, number)});
          })));
  TRY(read_taken(transaction, selection));
  std::unordered_set<RunId> explaining;
  for (const auto& [task, number] : selection.taken) explaining.insert(run_of(task));
  for (EndedRun& run : ended)
    if (!explaining.contains(run.id)) selection.forgotten.push_back(std::move(run));
  return selection;
}

Result<void> add_digests(const std::string& outputs, std::unordered_set<Digest>& digests) {
  for (const Value& value : TRY(parse_values(outputs)))
    for_each_artifact(value, [&](const Artifact& artifact) { digests.insert(artifact.digest); });
  return {};
}

Result<void> add_named_digests(const std::string& values, std::unordered_set<Digest>& digests) {
  const Value all = TRY(parse_named_values(values));
  for_each_artifact(all, [&](const Artifact& artifact) { digests.insert(artifact.digest); });
  return {};
}

/// An entry stays as long as the task that made it, or one that was served by it, is kept.
bool is_kept(const Selection& selection, std::int64_t task, std::int64_t number) {
  return !selection.emptied.contains(run_of(task)) || selection.taken.contains({task, number});
}

/// The active version of each project, those that recorded runs use, and the newest ones.
constexpr const char* needed_versions =
    "SELECT tree FROM project_version v WHERE id IN (SELECT active FROM project) OR number > "
    "(SELECT max(number) - 20 FROM project_version o WHERE o.project = v.project) OR EXISTS "
    "(SELECT 1 FROM run WHERE run.project_version = v.project || '@' || v.number AND NOT "
    "run.collected)";

Result<void> add_project_versions(Transaction& reader, std::unordered_set<Digest>& digests) {
  return reader.query<std::string_view>(needed_versions, {},
                                        [&](std::string_view tree) -> Result<void> {
                                          const auto digest = Digest::parse(tree);
                                          if (!digest)
                                            return error(Errc::internal, "a version is {}", tree);
                                          digests.insert(*digest);
                                          return {};
                                        });
}

/// Artifacts may come into being while an engine works, so this is asked at the last moment; what
/// is inside an expansion or a parameter came from some task's result.
Result<std::unordered_set<Digest>> reachable(Database& database, const CollectOptions& options) {
  Transaction reader = TRY(database.begin_read());
  const Selection selection = TRY(select(reader, options));
  std::unordered_set<Digest> digests;
  TRY((reader.query<std::int64_t, std::string>(
      "SELECT task, outputs FROM task_result", {},
      [&](std::int64_t task, std::string outputs) -> Result<void> {
        if (selection.emptied.contains(run_of(task))) return {};
        return add_digests(outputs, digests);
      })));
  TRY((reader.query<std::int64_t, std::int64_t, std::string>(
      "SELECT task, number, outputs FROM cache_entry", {},
      [&](std::int64_t task, std::int64_t number, std::string outputs) -> Result<void> {
        if (!is_kept(selection, task, number)) return {};
        return add_digests(outputs, digests);
      })));
  TRY(add_project_versions(reader, digests));
  TRY((reader.query<std::int64_t, std::string>(
      "SELECT id, assets FROM run WHERE assets IS NOT NULL", {},
      [&](std::int64_t id, const std::string& assets) -> Result<void> {
        if (selection.emptied.contains(id)) return {};
        return add_named_digests(assets, digests);
      })));
  for (const RecordedAssetUpdate& newest : TRY(AssetStore().newest(reader)))
    for_each_artifact(newest.update.content,
                      [&](const Artifact& artifact) { digests.insert(artifact.digest); });
  TRY(reader.query<std::string_view>(
      "SELECT digest FROM pin UNION ALL SELECT digest FROM tracking_artifact", {},
      [&](std::string_view digest) {
        if (const auto parsed = Digest::parse(digest)) digests.insert(*parsed);
      }));
  return digests;
}

struct StaleEntry {
  std::string base_key;
  std::string source_set;
  std::int64_t task = 0;
  std::int64_t number = 0;
};

Result<std::vector<StaleEntry>> stale_entries(Transaction& transaction,
                                              const Selection& selection) {
  std::vector<StaleEntry> stale;
  TRY((transaction.query<std::int64_t, std::int64_t, std::string, std::string>(
      "SELECT task, number, base_key, source_set FROM cache_entry", {},
      [&](std::int64_t task, std::int64_t number, std::string base, std::string source) {
        if (!is_kept(selection, task, number))
          stale.push_back({std::move(base), std::move(source), task, number});
      })));
  return stale;
}

Result<std::vector<std::string>> attempts_of(Database& database, RunId run) {
  Transaction reader = TRY(database.begin_read());
  std::vector<std::string> names;
  TRY(reader.query<std::string>(
      "SELECT outside_name FROM attempt WHERE task >= :first AND task < :last",
      {task_key(run, 0), task_key(run + 1, 0)},
      [&](std::string name) { names.push_back(std::move(name)); }));
  return names;
}

Result<void> forget_entries(Database& database, const std::vector<StaleEntry>& stale) {
  Transaction transaction = TRY(database.begin_write());
  TRY(forget_memos(transaction));
  for (const StaleEntry& entry : stale)
    // Unless it has been replaced meanwhile.
    TRY(transaction.execute(
        "DELETE FROM cache_entry WHERE base_key = :base AND source_set = :source AND task = :task "
        "AND number = :number",
        {entry.base_key, entry.source_set, entry.task, entry.number}));
  return transaction.commit();
}

/// False if it has been opened again meanwhile, or a new run is the same as it.
Result<bool> forget_run(Database& database, RunId run) {
  Transaction transaction = TRY(database.begin_write());
  const std::int64_t removed = TRY(
      transaction.execute("DELETE FROM run WHERE id = :run AND ended_at IS NOT NULL AND NOT EXISTS "
                          "(SELECT 1 FROM run later WHERE later.same_as = :run)",
                          {run}));
  if (removed == 0) return false;
  for (const char* statement : {
           "DELETE FROM task WHERE id >= :first AND id < :last",
           "DELETE FROM task_expansion WHERE task >= :first AND task < :last",
           "DELETE FROM task_result WHERE task >= :first AND task < :last",
           "DELETE FROM task_manifest WHERE task >= :first AND task < :last",
           "DELETE FROM attempt WHERE task >= :first AND task < :last",
           "DELETE FROM approval WHERE task >= :first AND task < :last",
           "DELETE FROM nondeterminism WHERE task >= :first AND task < :last",
       })
    TRY(transaction.execute(statement, {task_key(run, 0), task_key(run + 1, 0)}));
  TRY(transaction.execute("DELETE FROM event WHERE run = :run", {run}));
  TRY(transaction.execute("DELETE FROM clear_request WHERE run = :run", {run}));
  TRY(transaction.commit());
  return true;
}

/// Runs that stay as a mere record: that their artifacts are gone is no damage.
Result<void> mark_collected(Database& database, const Selection& selection) {
  if (selection.emptied.empty()) return {};
  Transaction transaction = TRY(database.begin_write());
  for (const RunId run : selection.emptied)
    TRY(transaction.execute("UPDATE run SET collected = 1 WHERE id = :run AND ended_at IS NOT NULL",
                            {run}));
  return transaction.commit();
}

/// Texts that only serve explanations: the newest of each step, and those that runs refer to, stay.
Result<void> forget_texts(Database& database) {
  Transaction transaction = TRY(database.begin_write());
  for (const char* statement : {
           "DELETE FROM step_manifest WHERE task < (SELECT max(n.task) FROM step_manifest n WHERE "
           "n.pipeline = step_manifest.pipeline AND n.step = step_manifest.step) AND NOT EXISTS "
           "(SELECT 1 FROM task_manifest t WHERE t.task = step_manifest.task)",
           "DELETE FROM manifest WHERE key NOT IN (SELECT key FROM step_manifest) AND key NOT IN "
           "(SELECT key FROM task_manifest WHERE key IS NOT NULL)",
           "DELETE FROM base_manifest WHERE base_key NOT IN (SELECT base_key FROM manifest)",
           "DELETE FROM source_set WHERE digest NOT IN (SELECT source_set FROM manifest)",
           "DELETE FROM pipeline_version WHERE digest NOT IN (SELECT plan_version FROM run)",
           "DELETE FROM pipeline_file WHERE version NOT IN (SELECT digest FROM pipeline_version)",
       })
    TRY(transaction.execute(statement));
  return transaction.commit();
}

}  // namespace

Result<CollectReport> collect_garbage(Database& database, BlobStore& blobs,
                                      const CollectOptions& options) {
  // The newest run of a pipeline also keeps numbers from being given twice.
  if (options.runs_kept < 1)
    return error(Errc::invalid, "at least one run of each pipeline must be kept");
  const bool removes = options.mode == SweepMode::remove;
  CollectReport report;
  Selection selection;
  std::vector<StaleEntry> stale;
  {
    Transaction reader = TRY(database.begin_read());
    selection = TRY(select(reader, options));
    stale = TRY(stale_entries(reader, selection));
  }
  report.cache_entries = std::ssize(stale);
  // Entries first: nobody shall find a result whose run is being forgotten.
  if (removes) TRY(forget_entries(database, stale));
  for (const EndedRun& run : selection.forgotten) {
    std::vector<std::string> attempts = TRY(attempts_of(database, run.id));
    if (removes && !TRY(forget_run(database, run.id))) continue;
    report.runs.push_back(run.name);
    std::ranges::move(attempts, std::back_inserter(report.attempts));
  }
  if (removes) TRY(mark_collected(database, selection));
  if (removes) TRY(forget_texts(database));
  report.artifacts = TRY(blobs.sweep([&] { return reachable(database, options); }, options.mode));
  return report;
}

}  // namespace gt
