#include "run/asset_store.h"

#include <limits>

#include "definition/pushed_names.h"

namespace gt {

namespace {

constexpr std::string_view columns =
    "u.sequence, u.asset, u.content, u.at, u.logical_date, u.interval_start, u.interval_end, "
    "u.run, "
    "u.output, u.told_by, u.details";

Result<std::vector<RecordedAssetUpdate>> select(Transaction& transaction, std::string_view rest,
                                                const std::vector<Bind>& binds) {
  std::vector<RecordedAssetUpdate> found;
  Result<void> read =
      transaction.query<std::int64_t, std::string, std::string, Time, Time, std::optional<Time>,
                        std::optional<Time>, std::string, std::string, std::string, std::string>(
          fmt::format("SELECT {} FROM asset_update u {}", columns, rest), binds,
          [&](std::int64_t sequence, std::string asset, const std::string& content, Time at,
              Time logical_date, std::optional<Time> start, std::optional<Time> end,
              std::string run, std::string output, std::string told_by,
              const std::string& details) -> Result<void> {
            const Json recorded = TRY(parse_json(content));
            Value value = TRY(from_record(recorded));
            Json told = TRY(parse_json(details));
            found.push_back(
                {sequence,
                 {.asset = std::move(asset),
                  .content = std::move(value),
                  .at = at,
                  .logical_date = logical_date,
                  .interval =
                      start && end ? std::optional(DataInterval{*start, *end}) : std::nullopt,
                  .run = std::move(run),
                  .output = std::move(output),
                  .told_by = std::move(told_by),
                  .details = told.object() ? *std::move(told).object() : JsonObject()}});
            return {};
          });
  TRY(std::move(read));
  return found;
}

std::optional<RecordedAssetUpdate> first_of(std::vector<RecordedAssetUpdate> found) {
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

}  // namespace

Result<std::optional<std::int64_t>> AssetStore::add(Transaction& transaction,
                                                    const AssetUpdate& update) {
  const Json recorded = TRY(to_record(update.content));
  const std::string content = compact_json(recorded);
  const std::string details = compact_json(update.details);
  const auto before = TRY((transaction.query_row<std::string>(
      "SELECT u.content FROM asset a JOIN asset_update u ON u.sequence = a.newest WHERE a.name = "
      ":asset",
      {update.asset})));
  if (before && std::get<0>(*before) == content) return std::optional<std::int64_t>();
  const std::int64_t sequence = TRY(last(transaction)) + 1;
  TRY(transaction.execute("UPDATE asset_sequence SET newest = :sequence", {sequence}));
  TRY(transaction.execute(
      "INSERT INTO asset_update (sequence, asset, content, at, logical_date, interval_start, "
      "interval_end, run, output, told_by, details) VALUES (:sequence, :asset, :content, :at, "
      ":logical_date, :start, :end, :run, :output, :told_by, :details)",
      {sequence, update.asset, content, update.at, update.logical_date,
       update.interval ? Bind(update.interval->start) : Bind(nullptr),
       update.interval ? Bind(update.interval->end) : Bind(nullptr), update.run, update.output,
       update.told_by, details}));
  TRY(transaction.execute(
      "INSERT INTO asset (name, newest) VALUES (:name, :newest) ON CONFLICT (name) DO UPDATE SET "
      "newest = excluded.newest",
      {update.asset, sequence}));
  TRY(transaction.execute(
      "DELETE FROM asset_update WHERE asset = :asset AND sequence <= (SELECT sequence FROM "
      "asset_update WHERE asset = :asset ORDER BY sequence DESC LIMIT 1 OFFSET :kept)",
      {update.asset, kept_max}));
  return std::optional(sequence);
}

Result<std::vector<RecordedAssetUpdate>> AssetStore::newest(Transaction& transaction) {
  return select(transaction, "JOIN asset a ON a.newest = u.sequence ORDER BY a.name", {});
}

Result<std::optional<RecordedAssetUpdate>> AssetStore::newest(Transaction& transaction,
                                                              std::string_view asset) {
  return first_of(TRY(
      select(transaction, "JOIN asset a ON a.newest = u.sequence WHERE a.name = :asset", {asset})));
}

Result<ValueObject> AssetStore::newest_contents(Transaction& transaction, std::string_view pipeline,
                                                const std::vector<std::string>& names) {
  ValueObject contents;
  for (const std::string& name : names)
    if (auto found = TRY(newest(transaction, name_beside(pipeline, name))))
      contents.set(name, std::move(found->update.content));
  return contents;
}

Result<std::vector<RecordedAssetUpdate>> AssetStore::history(Transaction& transaction,
                                                             std::string_view asset,
                                                             std::optional<std::int64_t> before,
                                                             std::int64_t limit) {
  return select(
      transaction,
      "WHERE u.asset = :asset AND u.sequence < :before ORDER BY u.sequence DESC LIMIT :limit",
      {asset, before.value_or(std::numeric_limits<std::int64_t>::max()), limit});
}

Result<std::vector<RecordedAssetUpdate>> AssetStore::list(Transaction& transaction,
                                                          std::string_view asset,
                                                          std::int64_t sequence) {
  return select(transaction,
                "WHERE u.asset = :asset AND u.sequence > :sequence ORDER BY u.sequence",
                {asset, sequence});
}

Result<std::vector<RecordedAssetUpdate>> AssetStore::list_all(Transaction& transaction,
                                                              std::int64_t sequence,
                                                              std::int64_t limit) {
  return select(transaction, "WHERE u.sequence > :sequence ORDER BY u.sequence LIMIT :limit",
                {sequence, limit});
}

Result<std::optional<RecordedAssetUpdate>> AssetStore::find(Transaction& transaction,
                                                            std::string_view asset,
                                                            std::optional<Time> logical_date,
                                                            std::optional<Time> since) {
  return first_of(TRY(select(
      transaction,
      "WHERE u.asset = :asset AND (:logical_date IS NULL OR u.logical_date >= :logical_date) AND "
      "(:since IS NULL OR u.at >= :since) ORDER BY u.sequence DESC LIMIT 1",
      {asset, logical_date, since})));
}

Result<std::int64_t> AssetStore::last(Transaction& transaction) {
  const auto row =
      TRY(transaction.query_row<std::int64_t>("SELECT newest FROM asset_sequence", {}));
  return row ? std::get<0>(*row) : 0;
}

Result<bool> AssetStore::forget(Transaction& transaction, std::string_view asset) {
  TRY(transaction.execute("DELETE FROM asset_update WHERE asset = :asset", {asset}));
  return TRY(transaction.execute("DELETE FROM asset WHERE name = :asset", {asset})) > 0;
}

Result<std::optional<AssetProgress>> AssetStore::progress(Transaction& transaction,
                                                          const std::string& pipeline,
                                                          const std::string& trigger) {
  auto row = TRY((transaction.query_row<std::string, std::int64_t>(
      "SELECT rule, heard FROM asset_trigger WHERE pipeline = :pipeline AND name = :name",
      {pipeline, trigger})));
  if (!row) return std::optional<AssetProgress>();
  return std::optional(AssetProgress{std::move(std::get<0>(*row)), std::get<1>(*row)});
}

Result<void> AssetStore::set_progress(Transaction& transaction, const std::string& pipeline,
                                      const std::string& trigger, const AssetProgress& progress) {
  TRY(transaction.execute(
      "INSERT INTO asset_trigger (pipeline, name, rule, heard) VALUES (:pipeline, :name, :rule, "
      ":heard) ON CONFLICT (pipeline, name) DO UPDATE SET rule = excluded.rule, heard = "
      "excluded.heard",
      {pipeline, trigger, progress.rule, progress.heard}));
  return {};
}

}  // namespace gt
