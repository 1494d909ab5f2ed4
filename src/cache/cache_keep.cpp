// What the cache writes, and what it knows of what it wrote.
#include "cache/cache.h"
#include "cache/cache_entries.h"
#include "cache/run_memo.h"
#include "run/run_json.h"

namespace gt {

namespace {

AttemptId attempt_id(std::int64_t task, std::int64_t number) {
  return {run_of(task), index_of(task), static_cast<std::uint32_t>(number)};
}

Result<bool> exists(Transaction& transaction, std::string_view sql, const std::string& key) {
  const auto row = TRY(transaction.query_row<std::int64_t>(sql, {key}));
  return row.has_value();
}

Result<void> record_differences(Transaction& transaction, const StepKey& key, const AttemptId& from,
                                const std::vector<OutputValue>& outputs, const CacheEntry& entry,
                                Time now) {
  const std::vector<OutputValue> earlier = TRY(parse_values(entry.outputs));
  const std::string key_hex = key.key.hex();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    // As they are recorded, without the places where a step saw them.
    const Json record = TRY(to_record(outputs[i]));
    if (i < earlier.size() && record == TRY(to_record(earlier[i]))) continue;
    TRY(transaction.execute(
        "INSERT INTO nondeterminism (task, number, output, key, first_task, first_number, at) "
        "VALUES "
        "(:task, :number, :output, :key, :first_task, :first_number, :at) ON CONFLICT DO NOTHING",
        {task_key(from.run, from.task), from.number, i, key_hex,
         task_key(entry.from.run, entry.from.task), entry.from.number, now}));
  }
  return {};
}

/// An attempt that was opened although there was an entry was meant to replace it.
Result<bool> was_opened_after(Transaction& transaction, const AttemptId& attempt, Time created_at) {
  const auto row = TRY(transaction.query_row<Time>(
      "SELECT opened_at FROM attempt WHERE task = :task AND number = :number",
      {task_key(attempt.run, attempt.task), attempt.number}));
  return row && std::get<0>(*row) >= created_at;
}

}  // namespace

Result<void> Cache::keep_manifest(Transaction& transaction, const StepManifest& manifest,
                                  const std::string& pipeline, const std::string& step,
                                  std::int64_t task) {
  const std::string text = base_text(manifest);
  const StepKey key = step_key(manifest);
  const std::string key_hex = key.key.hex(), base_hex = key.base.hex(),
                    source_hex = key.source.hex();
  TRY(
      transaction.execute("INSERT INTO manifest (key, base_key, source_set) VALUES (:key, :base, "
                          ":source) ON CONFLICT DO "
                          "NOTHING",
                          {key_hex, base_hex, source_hex}));
  TRY(transaction.execute(
      "INSERT INTO base_manifest (base_key, text) VALUES (:base, :text) ON CONFLICT DO NOTHING",
      {base_hex, text}));
  // A source set may be large and is shared by many: it is not even bound in vain.
  if (!TRY(exists(transaction, "SELECT 1 FROM source_set WHERE digest = :digest", source_hex)))
    TRY(transaction.execute("INSERT INTO source_set (digest, text) VALUES (:digest, :text)",
                            {source_hex, manifest.source->text}));
  TRY(
      transaction.execute("INSERT INTO step_manifest (pipeline, step, key, task) VALUES "
                          "(:pipeline, :step, :key, :task) "
                          "ON CONFLICT (pipeline, step, key) DO UPDATE SET task = excluded.task",
                          {pipeline, step, key_hex, task}));
  return {};
}

Result<void> Cache::keep_result(Transaction& transaction, const StepKey& key, const AttemptId& from,
                                const std::vector<OutputValue>& outputs,
                                std::optional<Time> expires_at, Time now) {
  const std::string text = TRY(values_text(outputs));
  const auto entries = TRY(read_entries(transaction, std::span(&key, 1)));
  if (const auto& entry = entries.front()) {
    const bool is_expired = entry->expires_at && *entry->expires_at <= now;
    if (!is_expired && entry->outputs != text)
      TRY(record_differences(transaction, key, from, outputs, *entry, now));
    if (!TRY(was_opened_after(transaction, from, entry->created_at))) return {};
  }
  TRY(forget_memos(transaction));
  const std::string base_hex = key.base.hex(), source_hex = key.source.hex();
  TRY(transaction.execute(
      "INSERT INTO cache_entry (base_key, source_set, task, number, outputs, created_at, "
      "expires_at) "
      "VALUES (:base, :source, :task, :number, :outputs, :created_at, :expires_at) ON CONFLICT "
      "(base_key, source_set) DO UPDATE SET task = excluded.task, number = excluded.number, "
      "outputs "
      "= excluded.outputs, created_at = excluded.created_at, expires_at = excluded.expires_at",
      {base_hex, source_hex, task_key(from.run, from.task), from.number, text, now, expires_at}));
  return {};
}

Result<std::optional<WantedCacheKey>> Cache::wanted_key(Transaction& transaction,
                                                        std::int64_t task) {
  const auto row = TRY((transaction.query_row<std::string, std::string, std::string, std::string>(
      "SELECT m.key, m.base_key, m.source_set, s.text FROM task_manifest t JOIN manifest m ON "
      "m.key "
      "= t.key JOIN source_set s ON s.digest = m.source_set WHERE t.task = :task",
      {task})));
  if (!row) return std::optional<WantedCacheKey>();
  const auto& [key_hex, base_hex, source_hex, text] = *row;
  const auto key = Digest::parse(key_hex), base = Digest::parse(base_hex),
             source = Digest::parse(source_hex);
  if (!key || !base || !source)
    return error(Errc::internal, "the record of the facts of task {} is damaged", task);
  WantedCacheKey wanted;
  wanted.key = {*base, *source, *key};
  wanted.source = std::make_shared<const SourceSet>(SourceSet{text, *source});
  return std::optional(std::move(wanted));
}

Result<std::optional<std::string>> Cache::manifest_text(Transaction& transaction,
                                                        const Digest& key) {
  const std::string key_hex = key.hex();
  const auto row = TRY((transaction.query_row<std::string, std::string>(
      "SELECT b.text, s.text FROM manifest m JOIN base_manifest b ON b.base_key = m.base_key JOIN "
      "source_set s ON s.digest = m.source_set WHERE m.key = :key",
      {key_hex})));
  if (!row) return std::optional<std::string>();
  return std::optional(std::get<0>(*row) + std::get<1>(*row));
}

Result<std::vector<Nondeterminism>> Cache::nondeterminism(Transaction& transaction, RunId run) {
  std::vector<Nondeterminism> found;
  const auto read = [&](std::int64_t task, std::int64_t number, std::int64_t first_task,
                        std::int64_t first_number, std::int64_t output, std::string_view key) {
    found.push_back({attempt_id(task, number), attempt_id(first_task, first_number),
                     static_cast<std::size_t>(output), Digest::parse(key).value_or(Digest())});
  };
  TRY(
      (transaction.query<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                         std::string_view>("SELECT task, number, first_task, first_number, output, "
                                           "key FROM nondeterminism WHERE task >= "
                                           ":first AND task < :last ORDER BY task, number, output",
                                           {task_key(run, 0), task_key(run + 1, 0)}, read)));
  return found;
}

}  // namespace gt
