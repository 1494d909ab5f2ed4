#include "run/run_store.h"

#include <array>
#include <charconv>

#include "base/digest.h"
#include "base/id.h"
#include "base/text.h"
#include "run/asset_store.h"
#include "run/claim.h"
#include "run/run_json.h"

namespace gt {

namespace {

Error no_run(std::string_view name) {
  return Error{Errc::not_found, fmt::format("there is no run {}", printable(name)),
               "`geartrain runs` lists them"};
}

constexpr std::size_t prefix_digits_min = 4;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

constexpr const char* run_columns =
    "SELECT id, uuid, pipeline, number, state, plan_version, params, options, logical_date, "
    "created_at, started_at, ended_at, source_digest, git, error, owner_engine, fence, cancel, "
    "same_as, batch, trigger, interval_start, interval_end, is_served, backfill, "
    "project_version, assets FROM run ";

/// `rest` is a constant: the statement is prepared once.
Result<std::vector<RunRecord>> read_runs(Transaction& transaction, const std::string& rest,
                                         Binds binds) {
  std::vector<RunRecord> runs;
  Result<void> read =
      transaction.query<std::int64_t, std::string, std::string, std::int64_t, std::string_view,
                        std::string, std::string, std::string, Time, Time, std::optional<Time>,
                        std::optional<Time>, std::string, std::string, std::optional<std::string>,
                        std::string, std::int64_t, std::string_view, std::optional<std::int64_t>,
                        std::optional<std::string>, std::optional<std::string>, std::optional<Time>,
                        std::optional<Time>, bool, std::optional<std::int64_t>,
                        std::optional<std::string>, std::optional<std::string>>(
          run_columns + rest, binds,
          [&](std::int64_t id, std::string uuid, std::string pipeline, std::int64_t number,
              std::string_view state, std::string plan_version, std::string params,
              std::string options, Time logical_date, Time created_at,
              std::optional<Time> started_at, std::optional<Time> ended_at,
              std::string source_digest, std::string git, std::optional<std::string> error_text,
              std::string owner, std::int64_t fence, std::string_view cancel,
              std::optional<std::int64_t> same_as, std::optional<std::string> batch,
              std::optional<std::string> trigger, std::optional<Time> interval_start,
              std::optional<Time> interval_end, bool is_served,
              std::optional<std::int64_t> backfill, std::optional<std::string> project_version,
              std::optional<std::string> assets) -> Result<void> {
            RunRecord run;
            run.id = id;
            run.uuid = std::move(uuid);
            run.pipeline = std::move(pipeline);
            run.number = number;
            const auto parsed = parse_run_state(state);
            if (!parsed) return error(Errc::internal, "run {} has an unknown state {}", id, state);
            run.state = *parsed;
            run.plan_version = std::move(plan_version);
            if (const Json json = TRY(parse_json(params)); json.object())
              run.params = *json.object();
            run.options = TRY(parse_options(options));
            run.logical_date = logical_date;
            run.created_at = created_at;
            run.started_at = started_at;
            run.ended_at = ended_at;
            run.source_digest = std::move(source_digest);
            if (const Json json = TRY(parse_json(git)); json.object()) run.git = *json.object();
            if (error_text) run.error = TRY(parse_failure(*error_text));
            run.owner_engine = std::move(owner);
            run.fence = fence;
            run.cancel = parse_cancel_mode(cancel);
            run.same_as = same_as;
            run.batch = std::move(batch).value_or("");
            run.trigger = std::move(trigger).value_or("");
            if (interval_start && interval_end)
              run.interval = DataInterval{*interval_start, *interval_end};
            run.is_served = is_served;
            run.backfill = backfill;
            run.project_version = std::move(project_version).value_or("");
            if (assets) run.assets = TRY(parse_named_values(*assets));
            runs.push_back(std::move(run));
            return {};
          });
  TRY(std::move(read));
  return runs;
}

Digest digest_of(const PipelineVersion& version) {
  const Digest own = sha256(version.path + "\n" + version.text);
  if (version.named.empty()) return own;
  std::string all = own.hex() + "\n";
  for (const FileText& one : version.named)
    all += fmt::format("{} {}\n", sha256(one.text).hex(), one.path);
  return sha256(all);
}

}  // namespace

Result<bool> is_driven(Database& database, const RunRecord& run) {
  if (is_ended(run.state) || run.owner_engine.empty()) return false;
  return database.is_present(run.owner_engine);
}

Result<std::string> RunStore::keep_pipeline(Transaction& transaction,
                                            const PipelineVersion& version, Time now) {
  const std::string digest = digest_of(version).hex();
  TRY(transaction.execute(
      "INSERT INTO pipeline_version (digest, pipeline, path, text, created_at, notify) "
      "VALUES (:digest, :pipeline, :path, :text, :created_at, :notify) ON CONFLICT DO NOTHING",
      {digest, version.pipeline, version.path, version.text, now,
       version.notify.empty() ? Bind(nullptr) : Bind(version.notify)}));
  for (std::size_t i = 0; i < version.named.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i + 1);
    TRY(transaction.execute(
        "INSERT INTO pipeline_file (version, number, path, text) VALUES (:version, :number, :path, "
        ":text) ON CONFLICT DO NOTHING",
        {digest, number, version.named[i].path, version.named[i].text}));
  }
  return digest;
}

Result<PipelineVersion> RunStore::pipeline_version(Transaction& transaction,
                                                   const std::string& digest) {
  auto row = TRY((transaction.query_row<std::string, std::string, std::string>(
      "SELECT pipeline, path, text FROM pipeline_version WHERE digest = :digest", {digest})));
  if (!row) return error(Errc::not_found, "the pipeline's text {} is not kept", digest);
  auto& [pipeline, path, text] = *row;
  PipelineVersion version{digest, std::move(pipeline), std::move(path), std::move(text)};
  TRY((transaction.query<std::string, std::string>(
      "SELECT path, text FROM pipeline_file WHERE version = :version ORDER BY number", {digest},
      [&](std::string named_path, std::string named_text) -> Result<void> {
        version.named.push_back({std::move(named_path), std::move(named_text)});
        return {};
      })));
  return version;
}

Result<RunRecord> RunStore::create(Transaction& transaction, const NewRun& wanted, Time now,
                                   Entropy& entropy) {
  const auto last = TRY((transaction.query_row<std::int64_t, std::int64_t>(
      "SELECT (SELECT coalesce(max(id), 0) FROM run), "
      "(SELECT coalesce(max(number), 0) FROM run WHERE pipeline = :pipeline)",
      {wanted.pipeline})));
  RunRecord run;
  run.id = std::get<0>(*last) + 1;
  run.number = std::get<1>(*last) + 1;
  run.uuid = make_uuid(now, entropy);
  run.pipeline = wanted.pipeline;
  run.plan_version = wanted.plan_version;
  run.params = wanted.params;
  run.options = wanted.options;
  run.logical_date = wanted.logical_date;
  run.created_at = now;
  run.source_digest = wanted.source_digest;
  run.git = wanted.git;
  run.owner_engine = wanted.owner_engine;
  run.fence = 1;
  run.batch = wanted.batch;
  run.trigger = wanted.trigger;
  run.interval = wanted.interval;
  run.is_served = wanted.is_served;
  run.backfill = wanted.backfill;
  run.project_version = wanted.project_version;
  run.assets = TRY(AssetStore().newest_contents(transaction, wanted.pipeline, wanted.assets));
  const std::string assets = TRY(named_values_text(run.assets));
  const auto end_of = [](const std::optional<DataInterval>& interval, Time DataInterval::* end) {
    return interval ? Bind((*interval).*end) : Bind(nullptr);
  };
  const std::string params = compact_json(run.params), options = options_text(run.options),
                    git = compact_json(run.git);
  TRY(transaction.execute(
      "INSERT INTO run (id, uuid, pipeline, number, state, plan_version, params, options, "
      "logical_date, created_at, source_digest, git, owner_engine, fence, cancel, batch, "
      "trigger, interval_start, interval_end, is_served, backfill, project_version, "
      "assets) VALUES "
      "(:id, :uuid, :pipeline, :number, :state, :plan_version, :params, :options, :logical_date, "
      ":created_at, :source_digest, :git, :owner_engine, :fence, :cancel, :batch, "
      ":trigger, :interval_start, :interval_end, :is_served, :backfill, :project_version, "
      ":assets)",
      {run.id,
       run.uuid,
       run.pipeline,
       run.number,
       to_text(run.state),
       run.plan_version,
       params,
       options,
       run.logical_date,
       run.created_at,
       run.source_digest,
       git,
       run.owner_engine,
       run.fence,
       to_text(run.cancel),
       run.batch.empty() ? Bind(nullptr) : Bind(run.batch),
       run.trigger.empty() ? Bind(nullptr) : Bind(run.trigger),
       end_of(run.interval, &DataInterval::start),
       end_of(run.interval, &DataInterval::end),
       std::int64_t{run.is_served},
       run.backfill,
       run.project_version.empty() ? Bind(nullptr) : Bind(run.project_version),
       run.assets.size() == 0 ? Bind(nullptr) : Bind(assets)}));
  return run;
}

Result<RunRecord> RunStore::create_same(Transaction& transaction, const RunRecord& like,
                                        const NewRun& wanted, Time now, Entropy& entropy) {
  RunRecord run = TRY(create(transaction, wanted, now, entropy));
  TRY(become_same(transaction, run, like, now));
  return run;
}

Result<void> RunStore::become_same(Transaction& transaction, RunRecord& run, const RunRecord& like,
                                   Time now) {
  GT_CHECK(!like.same_as && like.state == RunState::succeeded,
           "a run is the same as one that succeeded and has tasks of its own");
  TRY(transaction.execute("UPDATE run SET same_as = :same_as WHERE id = :id", {like.id, run.id}));
  run.same_as = like.id;
  run.state = RunState::succeeded;
  run.started_at = run.ended_at = now;
  RunChanges changes;
  changes.events = {{now, "run_started", no_task, {}},
                    {now, "run_ended", no_task, {{"state", to_text(run.state)}}}};
  changes.run = RunStateChange{.state = run.state,
                               .started_at = now,
                               .ended_at = now,
                               .error = {},
                               .reopened = false,
                               .cancel = {}};
  changes.notices = {{.kind = NotificationKind::succeeded, .at = now}};
  return commit(transaction, run.id, run.fence, changes);
}

Result<void> RunStore::cancel_unbegun(Transaction& transaction, const RunRecord& run, Time now) {
  RunChanges changes;
  changes.events = {{now, "run_ended", no_task, {{"state", to_text(RunState::cancelled)}}}};
  changes.run = RunStateChange{.state = RunState::cancelled,
                               .started_at = {},
                               .ended_at = now,
                               .error = {},
                               .reopened = false,
                               .cancel = CancelMode::terminate};
  changes.notices = {{.kind = NotificationKind::cancelled, .at = now}};
  return commit(transaction, run.id, run.fence, changes);
}

Result<std::optional<RunRecord>> RunStore::original(Transaction& transaction, RunId run) {
  const auto row = TRY(transaction.query_row<std::optional<std::int64_t>>(
      "SELECT same_as FROM run WHERE id = :id", {run}));
  if (!row || !std::get<0>(*row)) return std::optional<RunRecord>();
  RunRecord found = TRY(get(transaction, *std::get<0>(*row)));
  return std::optional(std::move(found));
}

Result<std::int64_t> RunStore::claim(Transaction& transaction, RunId run, std::int64_t fence,
                                     const std::string& engine) {
  const std::int64_t changed = TRY(transaction.execute(
      "UPDATE run SET owner_engine = :engine, fence = fence + 1 WHERE id = :id AND fence = :fence",
      {engine, run, fence}));
  if (changed == 0) return error(Errc::conflict, "another engine has taken the run over");
  return fence + 1;
}

Result<void> RunStore::request_cancel(Transaction& transaction, RunId run, CancelMode mode) {
  if (mode == CancelMode::kill)
    TRY(transaction.execute("UPDATE run SET cancel = 'kill' WHERE id = :id", {run}));
  else
    TRY(transaction.execute(
        "UPDATE run SET cancel = 'terminate' WHERE id = :id AND cancel = 'none'", {run}));
  return {};
}

Result<RunRecord> RunStore::get(Transaction& transaction, RunId run) {
  auto runs = TRY(read_runs(transaction, "WHERE id = :id", {run}));
  if (runs.empty()) return no_run(std::to_string(run));
  return std::move(runs.front());
}

Result<RunRecord> RunStore::find(Transaction& transaction, std::string_view name) {
  std::vector<RunRecord> found;
  std::int64_t number = 0;
  const auto slash = name.rfind('/');
  const std::string_view digits = slash == std::string_view::npos ? name : name.substr(slash + 1);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = problem == std::errc() && end == digits.data() + digits.size();
  if (name == "latest") {
    found = TRY(read_runs(transaction, "ORDER BY id DESC LIMIT 1", {}));
  } else if (slash != std::string_view::npos) {
    if (is_number)
      found = TRY(read_runs(transaction, "WHERE pipeline = :pipeline AND number = :number",
                            {name.substr(0, slash), number}));
  } else {
    if (is_number)
      found =
          TRY(read_runs(transaction, "WHERE number = :number ORDER BY id DESC LIMIT 2", {number}));
    if (found.empty() && name.size() >= prefix_digits_min && name.size() <= 32 && is_hex(name)) {
      // All uuids with this prefix lie between it and it followed by the largest digits.
      const std::string last = std::string(name) + std::string(32 - name.size(), 'f');
      found = TRY(
          read_runs(transaction, "WHERE uuid >= :first AND uuid <= :last LIMIT 2", {name, last}));
    }
  }
  if (found.empty()) return no_run(name);
  if (found.size() > 1)
    return Error{Errc::invalid, fmt::format("{} means several runs", printable(name)),
                 fmt::format("say {} or {}", found[0].name(), found[1].name())};
  return std::move(found.front());
}

Result<std::vector<RunRecord>> RunStore::list(Transaction& transaction, const RunFilter& filter) {
  const char* state = filter.state ? to_text(*filter.state) : nullptr;
  return read_runs(
      transaction,
      "WHERE (:pipeline IS NULL OR pipeline = :pipeline) AND (:state IS NULL OR state "
      "= :state) AND (:batch IS NULL OR batch = :batch) AND (:trigger IS NULL OR trigger = "
      ":trigger) AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
      {filter.pipeline, state ? Bind(state) : Bind(nullptr), filter.batch, filter.trigger,
       filter.before, filter.limit});
}

Result<std::vector<RunRecord>> RunStore::runs_of_batch(Transaction& transaction,
                                                       const std::string& batch) {
  return read_runs(transaction, "WHERE batch = :batch ORDER BY id", {batch});
}

Result<std::vector<RunRecord>> RunStore::open_runs(Transaction& transaction) {
  return read_runs(transaction, "WHERE ended_at IS NULL ORDER BY id", {});
}

Result<std::vector<RunRecord>> RunStore::open_runs_of(Transaction& transaction,
                                                      const std::string& pipeline,
                                                      const std::string& trigger) {
  return read_runs(
      transaction,
      "WHERE pipeline = :pipeline AND trigger = :trigger AND ended_at IS NULL AND backfill IS NULL "
      "ORDER BY id",
      {pipeline, trigger});
}

Result<std::vector<RunRecord>> RunStore::open_runs_of(Transaction& transaction,
                                                      BackfillId backfill) {
  return read_runs(transaction, "WHERE backfill = :backfill AND ended_at IS NULL ORDER BY id",
                   {backfill});
}

Result<std::vector<RunRecord>> RunStore::open_runs_before(Transaction& transaction,
                                                          const RunRecord& run, std::size_t limit) {
  return read_runs(transaction,
                   "WHERE pipeline = :pipeline AND ended_at IS NULL AND id <> :id AND (started_at "
                   "IS NOT NULL OR (id < :id AND state <> 'paused')) ORDER BY started_at IS NULL, "
                   "id LIMIT :limit",
                   {run.pipeline, run.id, limit});
}

Result<std::optional<RunRecord>> RunStore::newest_of_firing(Transaction& transaction,
                                                            const std::string& pipeline,
                                                            const std::string& trigger,
                                                            Time logical_date) {
  auto runs = TRY(read_runs(transaction,
                            "WHERE pipeline = :pipeline AND trigger = :trigger AND logical_date = "
                            ":logical_date ORDER BY id DESC LIMIT 1",
                            {pipeline, trigger, logical_date}));
  if (runs.empty()) return std::optional<RunRecord>();
  return std::optional(std::move(runs.front()));
}

Result<std::optional<RunRecord>> RunStore::find_ended(Transaction& transaction,
                                                      const EndedRunFilter& filter) {
  auto runs = TRY(read_runs(
      transaction,
      "WHERE pipeline = :pipeline AND ended_at IS NOT NULL AND logical_date = coalesce(:date, "
      "logical_date) AND ended_at >= coalesce(:since, ended_at) AND (state = 'succeeded' OR :any = "
      "1) ORDER BY CASE WHEN state = 'succeeded' THEN 0 ELSE 1 END, id DESC LIMIT 1",
      {filter.pipeline, filter.logical_date, filter.since, filter.in_any_state ? 1 : 0}));
  if (runs.empty()) return std::optional<RunRecord>();
  return std::optional(std::move(runs.front()));
}

Result<std::vector<AttemptRecord>> RunStore::attempts(Transaction& transaction, RunId run,
                                                      TaskIndex task) {
  auto all = TRY(attempts(transaction, run));
  std::erase_if(all, [&](const AttemptRecord& attempt) { return attempt.id.task != task; });
  return all;
}

Result<std::vector<AttemptRecord>> RunStore::attempts(Transaction& transaction, RunId run) {
  using Text = std::optional<std::string>;
  using Number = std::optional<std::int64_t>;
  std::vector<AttemptRecord> attempts;
  TRY((transaction.query<std::int64_t, std::int64_t, std::string, Time, std::optional<Time>,
                         std::optional<Time>, Text, Text, Number, Number, Number, Number, Number,
                         Number, Number, Text>(
      "SELECT task, number, outside_name, opened_at, started_at, ended_at, cause, message, "
      "exit_code, signal, peak_memory_bytes, cpu_user, cpu_system, log_bytes, memory_bytes, gpus "
      "FROM "
      "attempt "
      "WHERE task >= :first AND task < :last ORDER BY task, number",
      {task_key(run, 0), task_key(run + 1, 0)},
      [&](std::int64_t task, std::int64_t number, std::string name, Time opened_at,
          std::optional<Time> started_at, std::optional<Time> ended_at, Text cause, Text message,
          Number exit_code, Number signal, Number memory, Number user, Number system, Number log,
          Number given, Text gpus) {
        AttemptRecord& attempt = attempts.emplace_back();
        attempt.id = {run, index_of(task), static_cast<std::uint32_t>(number)};
        attempt.outside_name = std::move(name);
        attempt.opened_at = opened_at;
        attempt.started_at = started_at;
        attempt.ended_at = ended_at;
        const auto parsed = cause ? parse_cause(*cause) : std::nullopt;
        if (parsed) {
          AttemptFailed failure{*parsed, message.value_or(""), {}, {}};
          if (exit_code) failure.exit_code = static_cast<int>(*exit_code);
          if (signal) failure.signal = static_cast<int>(*signal);
          attempt.failure = std::move(failure);
        }
        attempt.usage = {memory.value_or(0), Duration(user.value_or(0)),
                         Duration(system.value_or(0))};
        attempt.log_bytes = log.value_or(0);
        attempt.memory_bytes = given.value_or(0);
        attempt.gpus = devices_of(gpus.value_or(""));
      })));
  return attempts;
}

Result<std::optional<TaskManifest>> RunStore::manifest(Transaction& transaction, RunId run,
                                                       TaskIndex task) {
  if (const auto like = TRY(original(transaction, run))) {
    auto same = TRY(manifest(transaction, like->id, task));
    const auto ran = TRY((transaction.query_row<std::int64_t>(
        "SELECT 1 FROM attempt WHERE task = :task LIMIT 1", {task_key(like->id, task)})));
    if (same && ran) same->reason = fmt::format("nothing changed since {}", like->name());
    return same;
  }
  auto row = TRY((transaction.query_row<std::optional<std::string>, std::string>(
      "SELECT key, reason FROM task_manifest WHERE task = :task", {task_key(run, task)})));
  if (!row) return std::optional<TaskManifest>();
  auto& [key, reason] = *row;
  TaskManifest manifest{task, {}, std::move(reason)};
  if (key) manifest.key = Digest::parse(*key);
  return std::optional(std::move(manifest));
}

Result<std::vector<RecordedEvent>> RunStore::events(Transaction& transaction, RunId run) {
  std::vector<RecordedEvent> events;
  const Result<void> read =
      (transaction.query<std::int64_t, Time, std::string, std::optional<std::int64_t>, std::string>(
          "SELECT sequence, at, kind, task, details FROM event WHERE run = :run ORDER BY sequence",
          {run},
          [&](std::int64_t sequence, Time at, std::string kind, std::optional<std::int64_t> task,
              std::string details) -> Result<void> {
            RunEvent event{at, std::move(kind), no_task, {}};
            if (task) event.task = static_cast<TaskIndex>(*task);
            const Json json = TRY(parse_json(details));
            if (json.object()) event.details = *json.object();
            events.push_back({sequence, std::move(event)});
            return {};
          }));
  TRY(std::move(read));
  return events;
}

}  // namespace gt
