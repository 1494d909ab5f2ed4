#include "tracking/tracking_run.h"

#include <algorithm>
#include <array>

#include "base/id.h"
#include "base/text.h"
#include "tracking/key_store.h"
#include "tracking/names.h"

namespace gt {

namespace {

constexpr std::array<std::string_view, 5> statuses = {"RUNNING", "SCHEDULED", "FINISHED", "FAILED",
                                                      "KILLED"};
constexpr std::array adjectives = {
    "able",  "bold",  "brave", "brisk",  "calm",  "clear", "deft",  "eager", "fair",  "fleet",
    "fond",  "glad",  "keen",  "kind",   "light", "lucid", "merry", "mild",  "neat",  "noble",
    "plain", "proud", "quick", "quiet",  "rapid", "ready", "sharp", "sleek", "smart", "steady",
    "still", "sunny", "swift", "tender", "tidy",  "vivid", "warm",  "wise",  "witty", "young"};
constexpr std::array nouns = {
    "badger", "beetle", "bison",  "bream",   "crane",  "dove",  "eagle",  "finch",  "gull", "hare",
    "heron",  "ibis",   "jackal", "kestrel", "lark",   "lynx",  "marten", "mole",   "moth", "newt",
    "otter",  "owl",    "pike",   "plover",  "quail",  "raven", "robin",  "salmon", "seal", "shrew",
    "snipe",  "stork",  "swan",   "tern",    "thrush", "trout", "vole",   "whale",  "wren", "yak"};
constexpr std::uint64_t numbers = 1000;
constexpr std::size_t shown_value_characters = 200;

constexpr const char* run_columns =
    "SELECT id, uuid, experiment, name, user_id, status, lifecycle, start_ms, end_ms, "
    "artifact_uri FROM tracking_run ";

Result<std::optional<TrackingRun>> read_run(Transaction& transaction, const std::string& rest,
                                            Binds binds) {
  std::optional<TrackingRun> found;
  TRY((transaction
           .query<std::int64_t, std::string, std::int64_t, std::string, std::string, std::string,
                  std::string, std::int64_t, std::optional<std::int64_t>, std::string>(
               run_columns + rest, binds,
               [&](std::int64_t id, std::string uuid, std::int64_t experiment, std::string name,
                   std::string user, std::string status, std::string lifecycle, std::int64_t start,
                   std::optional<std::int64_t> end, std::string uri) {
                 found = TrackingRun{.id = id,
                                     .uuid = std::move(uuid),
                                     .experiment = experiment,
                                     .name = std::move(name),
                                     .user_id = std::move(user),
                                     .status = std::move(status),
                                     .is_deleted = lifecycle == "deleted",
                                     .start_ms = start,
                                     .end_ms = end,
                                     .artifact_uri = std::move(uri)};
               })));
  return found;
}

std::string shown(std::string_view value) {
  return printable(first_characters(value, shown_value_characters));
}

Result<std::vector<TrackingTag>> read_pairs(Transaction& transaction, const char* sql,
                                            std::int64_t run) {
  std::vector<TrackingTag> pairs;
  TRY((transaction.query<std::string, std::string>(
      sql, {run}, [&](std::string key, std::string value) {
        pairs.push_back({std::move(key), std::move(value)});
      })));
  return pairs;
}

Result<void> write_tag(Transaction& transaction, std::int64_t run, const TrackingTag& tag) {
  TRY(check_tracking_key("tag", tag.key));
  const std::int64_t key = TRY(make_key(transaction, tag.key));
  TRY(transaction.execute(
      "INSERT INTO tracking_tag (run, key, value) VALUES (:run, :key, :value) ON CONFLICT (run, "
      "key) DO UPDATE SET value = excluded.value",
      {run, key, first_characters(tag.value, run_tag_characters_max)}));
  return {};
}

Result<std::string> name_of(const NewTrackingRun& wanted, Entropy& entropy) {
  const auto named = std::ranges::find(wanted.tags, run_name_tag, &TrackingTag::key);
  const std::string tagged = named == wanted.tags.end() ? "" : named->value;
  if (!wanted.name.empty() && !tagged.empty() && wanted.name != tagged)
    return error(Errc::invalid,
                 "run_name is '{}', and the tag mlflow.runName is '{}': both must be the same",
                 shown(wanted.name), shown(tagged));
  if (!wanted.name.empty()) return wanted.name;
  return tagged.empty() ? drawn_run_name(entropy) : tagged;
}

}  // namespace

bool is_run_status(std::string_view word) {
  return std::ranges::find(statuses, word) != statuses.end();
}

std::string drawn_run_name(Entropy& entropy) {
  return fmt::format("{}-{}-{}", adjectives[entropy.below(adjectives.size())],
                     nouns[entropy.below(nouns.size())], entropy.below(numbers));
}

Result<TrackingRun> TrackingRunStore::create(Transaction& transaction, const NewTrackingRun& wanted,
                                             Time now, Entropy& entropy) {
  const Experiment experiment = TRY(ExperimentStore().get_active(transaction, wanted.experiment));
  const auto last =
      TRY(transaction.query_row<std::int64_t>("SELECT coalesce(max(id), 0) FROM tracking_run"));
  TrackingRun run{.id = std::get<0>(*last) + 1,
                  .uuid = make_uuid(now, entropy),
                  .experiment = experiment.id,
                  .name = {},
                  .user_id = wanted.user_id,
                  .status = "RUNNING",
                  .is_deleted = false,
                  .start_ms = wanted.start_ms.value_or(to_milliseconds(now)),
                  .end_ms = std::nullopt,
                  .artifact_uri = {}};
  run.name = TRY(name_of(wanted, entropy));
  run.artifact_uri = fmt::format("{}/{}/artifacts", experiment.artifact_location, run.uuid);
  TRY(transaction.execute(
      "INSERT INTO tracking_run (id, uuid, experiment, name, user_id, status, lifecycle, start_ms, "
      "end_ms, artifact_uri) VALUES (:id, :uuid, :experiment, :name, :user_id, :status, 'active', "
      ":start_ms, :end_ms, :artifact_uri)",
      {run.id, run.uuid, run.experiment, run.name, run.user_id, run.status, run.start_ms,
       run.end_ms, run.artifact_uri}));
  for (const TrackingTag& tag : wanted.tags) TRY(write_tag(transaction, run.id, tag));
  TRY(write_tag(transaction, run.id, {std::string(run_name_tag), run.name}));
  return run;
}

Result<TrackingRun> TrackingRunStore::get(Transaction& transaction, const std::string& uuid) {
  auto found = TRY(read_run(transaction, "WHERE uuid = :uuid", {uuid}));
  if (!found) return error(Errc::not_found, "Run with id={} not found", shown(uuid));
  return *std::move(found);
}

Result<TrackingRun> TrackingRunStore::get_active(Transaction& transaction,
                                                 const std::string& uuid) {
  TrackingRun run = TRY(get(transaction, uuid));
  if (run.is_deleted)
    return error(Errc::invalid,
                 "The run {} must be in the 'active' state. Current state is deleted.", uuid);
  return run;
}

Result<TrackingRun> TrackingRunStore::get_by_id(Transaction& transaction, std::int64_t id) {
  auto found = TRY(read_run(transaction, "WHERE id = :id", {id}));
  if (!found) return error(Errc::not_found, "there is no tracking run {}", id);
  return *std::move(found);
}

Result<void> TrackingRunStore::update(Transaction& transaction, const TrackingRun& run,
                                      const TrackingRunChange& change) {
  if (change.status && !is_run_status(*change.status))
    return error(Errc::invalid, "'{}' is no status of a run: there are {}", shown(*change.status),
                 fmt::join(statuses, ", "));
  const std::string& name = change.name && !change.name->empty() ? *change.name : run.name;
  TRY(transaction.execute(
      "UPDATE tracking_run SET status = :status, end_ms = :end_ms, name = :name WHERE id = :id",
      {change.status.value_or(run.status), change.end_ms ? change.end_ms : run.end_ms, name,
       run.id}));
  if (name == run.name) return {};
  return write_tag(transaction, run.id, {std::string(run_name_tag), name});
}

Result<void> TrackingRunStore::set_deleted(Transaction& transaction, const TrackingRun& run,
                                           bool is_deleted) {
  TRY(transaction.execute("UPDATE tracking_run SET lifecycle = :lifecycle WHERE id = :id",
                          {is_deleted ? "deleted" : "active", run.id}));
  return {};
}

Result<void> TrackingRunStore::add_params(Transaction& transaction, const TrackingRun& run,
                                          std::span<const TrackingTag> params) {
  for (const TrackingTag& param : params) {
    TRY(check_tracking_key("param", param.key));
    const std::string_view value = first_characters(param.value, param_characters_max);
    const std::int64_t key = TRY(make_key(transaction, param.key));
    const auto there = TRY(transaction.query_row<std::string>(
        "SELECT value FROM tracking_param WHERE run = :run AND key = :key", {run.id, key}));
    if (there && std::get<0>(*there) == value) continue;
    if (there)
      return error(Errc::invalid,
                   "Changing param values is not allowed. Param with key='{}' was already logged "
                   "with value='{}' for run ID='{}'. Attempted logging new value '{}'.",
                   param.key, shown(std::get<0>(*there)), run.uuid, shown(value));
    TRY(transaction.execute(
        "INSERT INTO tracking_param (run, key, value) VALUES (:run, :key, :value)",
        {run.id, key, value}));
  }
  return {};
}

Result<void> TrackingRunStore::set_tags(Transaction& transaction, const TrackingRun& run,
                                        std::span<const TrackingTag> tags) {
  for (const TrackingTag& tag : tags) {
    TRY(write_tag(transaction, run.id, tag));
    if (tag.key == run_name_tag)
      TRY(transaction.execute("UPDATE tracking_run SET name = :name WHERE id = :id",
                              {tag.value, run.id}));
  }
  return {};
}

Result<void> TrackingRunStore::remove_tag(Transaction& transaction, const TrackingRun& run,
                                          const std::string& key) {
  const auto key_id = TRY(find_key(transaction, key));
  const std::int64_t removed =
      key_id ? TRY(transaction.execute("DELETE FROM tracking_tag WHERE run = :run AND key = :key",
                                       {run.id, *key_id}))
             : 0;
  if (removed == 0)
    return error(Errc::not_found, "No tag with name: {} in run with id {}", shown(key), run.uuid);
  return {};
}

Result<std::vector<TrackingTag>> TrackingRunStore::params(Transaction& transaction,
                                                          std::int64_t run) {
  return read_pairs(transaction,
                    "SELECT k.name, p.value FROM tracking_param p JOIN tracking_key k ON k.id = "
                    "p.key WHERE p.run = :run ORDER BY p.key",
                    run);
}

Result<std::vector<TrackingTag>> TrackingRunStore::tags(Transaction& transaction,
                                                        std::int64_t run) {
  return read_pairs(transaction,
                    "SELECT k.name, t.value FROM tracking_tag t JOIN tracking_key k ON k.id = "
                    "t.key WHERE t.run = :run ORDER BY t.key",
                    run);
}

}  // namespace gt
