#include <array>

#include "db/migration.h"
#include "db/project_schemas.h"
#include "db/tracking_schema.h"

namespace gt {

namespace {

constexpr const char* first_schema = R"sql(
CREATE TABLE schema_migration (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

-- The text of a pipeline file as it was when a run began.
CREATE TABLE pipeline_version (
  digest TEXT PRIMARY KEY,
  pipeline TEXT NOT NULL,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE engine (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  protocol INTEGER NOT NULL,
  started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  pipeline TEXT NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  plan_version TEXT NOT NULL,
  params TEXT NOT NULL,
  options TEXT NOT NULL,
  logical_date INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  source_digest TEXT NOT NULL,
  git TEXT NOT NULL,
  error TEXT,
  owner_engine TEXT NOT NULL,
  fence INTEGER NOT NULL,
  cancel TEXT NOT NULL,
  UNIQUE (pipeline, number)
) STRICT;
CREATE INDEX run_open ON run (id) WHERE ended_at IS NULL;

-- id = run * 2^32 + index: a run's tasks lie together, and so do the rows of the tables below.
CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  parent INTEGER,
  step INTEGER NOT NULL,
  item INTEGER NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  attempts_before_reopening INTEGER NOT NULL,
  cause TEXT,
  message TEXT,
  exit_code INTEGER,
  next_at INTEGER,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;

CREATE TABLE task_expansion (
  task INTEGER PRIMARY KEY,
  items TEXT NOT NULL
) STRICT;

CREATE TABLE task_result (
  task INTEGER PRIMARY KEY,
  outputs TEXT NOT NULL,
  cached_from_task INTEGER,
  cached_from_number INTEGER
) STRICT;

-- Which facts a task was looked up by, and in words what came of it.
CREATE TABLE task_manifest (
  task INTEGER PRIMARY KEY,
  key TEXT,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE attempt (
  task INTEGER NOT NULL,
  number INTEGER NOT NULL,
  outside_name TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  cause TEXT,
  message TEXT,
  exit_code INTEGER,
  signal INTEGER,
  peak_memory_bytes INTEGER,
  cpu_user INTEGER,
  cpu_system INTEGER,
  log_bytes INTEGER,
  PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  run INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  task INTEGER,
  details TEXT NOT NULL,
  PRIMARY KEY (run, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE pin (
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (digest, name)
) STRICT, WITHOUT ROWID;

-- A manifest's text is that of its base key followed by that of its source set.
CREATE TABLE manifest (
  key TEXT PRIMARY KEY,
  base_key TEXT NOT NULL,
  source_set TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE base_manifest (
  base_key TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE source_set (
  digest TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The manifests under which a step was executed, and the last task that was: for saying what changed.
CREATE TABLE step_manifest (
  pipeline TEXT NOT NULL,
  step TEXT NOT NULL,
  key TEXT NOT NULL,
  task INTEGER NOT NULL,
  PRIMARY KEY (pipeline, step, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE cache_entry (
  base_key TEXT NOT NULL,
  source_set TEXT NOT NULL,
  task INTEGER NOT NULL,
  number INTEGER NOT NULL,
  outputs TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (base_key, source_set)
) STRICT, WITHOUT ROWID;

-- Equal facts that led to different bytes.
CREATE TABLE nondeterminism (
  task INTEGER NOT NULL,
  number INTEGER NOT NULL,
  output INTEGER NOT NULL,
  key TEXT NOT NULL,
  first_task INTEGER NOT NULL,
  first_number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (task, number, output)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* repeated_runs = R"sql(
-- The run whose tasks stand for this one's, which has no rows of its own for them.
ALTER TABLE run ADD COLUMN same_as INTEGER;

-- Runs whose results are all kept, by what was asked for; facts and artifacts are a line each.
CREATE TABLE run_memo (
  request TEXT PRIMARY KEY,
  run INTEGER NOT NULL,
  tasks INTEGER NOT NULL,
  facts TEXT NOT NULL,
  artifacts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* grown_memory = R"sql(
-- Bytes: of a task where they are not what its step declares; of an attempt what it was given.
ALTER TABLE task ADD COLUMN memory_bytes INTEGER;
ALTER TABLE attempt ADD COLUMN memory_bytes INTEGER;
)sql";

constexpr const char* collected_runs = R"sql(
-- 1: its artifacts may have gone with a garbage collection; it stays to explain others' results.
ALTER TABLE run ADD COLUMN collected INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr const char* batches = R"sql(
-- What the runs of one command have in common.
ALTER TABLE run ADD COLUMN batch TEXT;
CREATE INDEX run_batch ON run (batch) WHERE batch IS NOT NULL;
)sql";

constexpr const char* pipelines_of_several_files = R"sql(
-- The further files that a pipeline's version is made of, in the order in which they were read.
CREATE TABLE pipeline_file (
  version TEXT NOT NULL,
  number INTEGER NOT NULL,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (version, number)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* pools = R"sql(
-- Named numbers of slots that all runs share; 0 is closed.
CREATE TABLE pool (
  name TEXT PRIMARY KEY,
  slots INTEGER NOT NULL,
  description TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an attempt has of pools and GPUs until it has ended.
CREATE TABLE pool_claim (
  task INTEGER NOT NULL,
  number INTEGER NOT NULL,
  pool TEXT NOT NULL,
  slots INTEGER NOT NULL,
  PRIMARY KEY (task, pool)
) STRICT, WITHOUT ROWID;

CREATE TABLE gpu_claim (
  device TEXT PRIMARY KEY,
  task INTEGER NOT NULL,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gpu_claim_task ON gpu_claim (task);

-- Tasks that are next in their runs and were refused what they claim.
CREATE TABLE claim_wait (
  task INTEGER PRIMARY KEY,
  engine TEXT NOT NULL,
  run_priority INTEGER NOT NULL,
  step_priority INTEGER NOT NULL,
  since INTEGER NOT NULL,
  is_ready INTEGER NOT NULL,
  claim TEXT NOT NULL,
  devices TEXT NOT NULL
) STRICT;

-- Devices that an attempt was given.
ALTER TABLE attempt ADD COLUMN gpus TEXT;
)sql";

constexpr const char* cleared_tasks = R"sql(
-- 1: the task was cleared by name, and is executed whatever the cache knows until it succeeds.
ALTER TABLE task ADD COLUMN anew INTEGER;

-- A JSON list: places in `items` in the order of the combinations. NULL: all as they stand.
ALTER TABLE task_expansion ADD COLUMN item_order TEXT;

-- What people ask of the engine that drives a run. Without an answer it has not been taken up; an
-- empty answer means that it was done, another one why not.
CREATE TABLE clear_request (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  request TEXT NOT NULL,
  at INTEGER NOT NULL,
  answer TEXT
) STRICT;
)sql";

constexpr const char* triggers = R"sql(
-- What began the run, and the stretch of time that it is about; NULL where a person began it.
ALTER TABLE run ADD COLUMN trigger TEXT;
ALTER TABLE run ADD COLUMN interval_start INTEGER;
ALTER TABLE run ADD COLUMN interval_end INTEGER;
CREATE INDEX run_open_of_trigger ON run (pipeline, trigger) WHERE ended_at IS NULL;

-- How far each trigger has been looked at, by which schedule.
CREATE TABLE trigger (
  pipeline TEXT NOT NULL,
  name TEXT NOT NULL,
  schedule TEXT NOT NULL,
  decided_until INTEGER NOT NULL,
  PRIMARY KEY (pipeline, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE firing (
  pipeline TEXT NOT NULL,
  trigger TEXT NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  run INTEGER,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (pipeline, trigger, at)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* api = R"sql(
-- 1: it was begun through a server, and a server goes on with it when its own has gone.
ALTER TABLE run ADD COLUMN is_served INTEGER NOT NULL DEFAULT 0;

-- Who may use the API. `hash`: SHA-256 of the token, which nobody keeps.
CREATE TABLE token (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;

-- Runs that were asked for under a key, so that asking again begins no other one.
CREATE TABLE idempotent_run (
  key TEXT PRIMARY KEY,
  request TEXT NOT NULL,
  run INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* events = R"sql(
-- Runs that have ended, in the order in which they did; one that was opened again ends again.
CREATE TABLE run_end (
  sequence INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  state TEXT NOT NULL
) STRICT;

-- How far triggers have heard the ends of runs that they wait for.
CREATE TABLE run_end_trigger (
  pipeline TEXT NOT NULL,
  name TEXT NOT NULL,
  rule TEXT NOT NULL,
  heard INTEGER NOT NULL,
  PRIMARY KEY (pipeline, name)
) STRICT, WITHOUT ROWID;

-- What triggers have heard from outside, by the name that its sender gave it.
CREATE TABLE heard_event (
  pipeline TEXT NOT NULL,
  trigger TEXT NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (pipeline, trigger, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX heard_event_at ON heard_event (pipeline, trigger, at);

-- Files that triggers have heard of, as they were then; `rule`: what each waited for.
CREATE TABLE file_trigger (
  pipeline TEXT NOT NULL,
  name TEXT NOT NULL,
  rule TEXT NOT NULL,
  PRIMARY KEY (pipeline, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE heard_file (
  pipeline TEXT NOT NULL,
  trigger TEXT NOT NULL,
  path TEXT NOT NULL,
  stamp TEXT NOT NULL,
  PRIMARY KEY (pipeline, trigger, path)
) STRICT, WITHOUT ROWID;

-- What a firing comes from that no schedule names, as JSON.
ALTER TABLE firing ADD COLUMN cause TEXT;
)sql";

constexpr const char* paused_pipelines = R"sql(
-- Those whose triggers do not fire.
CREATE TABLE paused_pipeline (
  pipeline TEXT PRIMARY KEY,
  paused_by TEXT NOT NULL,
  paused_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* backfills = R"sql(
-- Of a run that a backfill has begun.
ALTER TABLE run ADD COLUMN backfill INTEGER;
CREATE INDEX run_of_backfill ON run (backfill) WHERE backfill IS NOT NULL;
CREATE INDEX run_of_firing ON run (pipeline, trigger, logical_date) WHERE trigger IS NOT NULL;

CREATE TABLE backfill (
  id INTEGER PRIMARY KEY,
  pipeline TEXT NOT NULL,
  trigger TEXT NOT NULL,
  begins_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  max_active INTEGER NOT NULL,
  rerun TEXT NOT NULL,
  reverse INTEGER NOT NULL,
  params TEXT NOT NULL,
  plan_version TEXT NOT NULL,
  state TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  owner_engine TEXT NOT NULL
) STRICT;
CREATE INDEX backfill_open ON backfill (id) WHERE ended_at IS NULL;

-- Its firings by the order in which they have their runs.
CREATE TABLE backfill_firing (
  backfill INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  interval_start INTEGER NOT NULL,
  interval_end INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  run INTEGER,
  PRIMARY KEY (backfill, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX backfill_firing_waiting ON backfill_firing (backfill, number)
  WHERE outcome = 'waiting';
)sql";

constexpr const char* approvals = R"sql(
-- What came of a task that waited for an approval: the newest decision.
CREATE TABLE approval (
  task INTEGER PRIMARY KEY,
  decision TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  comment TEXT NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;
)sql";

constexpr const char* servers = R"sql(
-- Projects that were sent to this home, each as versions that never change. `tree`: the artifact
-- with all its files.
CREATE TABLE project (
  name TEXT PRIMARY KEY,
  active INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE project_version (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  number INTEGER NOT NULL,
  tree TEXT NOT NULL,
  files INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  git TEXT NOT NULL,
  message TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX project_version_number ON project_version (project, number);

-- Which version was made the active one, when and by whom.
CREATE TABLE project_activation (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  version INTEGER NOT NULL,
  activated_by TEXT NOT NULL,
  activated_at INTEGER NOT NULL
) STRICT;

-- Repositories whose commits become versions of projects. Times in microseconds; `heard`: the
-- commit that was looked at last; `asked`: how often somebody has asked for a look, `answered`: how
-- often of that when it was looked at last.
CREATE TABLE project_git (
  project TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  branch TEXT NOT NULL,
  path TEXT NOT NULL,
  every INTEGER NOT NULL,
  webhook TEXT NOT NULL,
  secret TEXT NOT NULL,
  heard TEXT NOT NULL,
  trouble TEXT NOT NULL,
  looked_at INTEGER,
  asked INTEGER NOT NULL,
  answered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far receivers of telemetry have been told of the ends of runs.
CREATE TABLE reported_end (
  receiver TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The version whose files the run uses, as sales@3; NULL: those of the folder that is served.
ALTER TABLE run ADD COLUMN project_version TEXT;
ALTER TABLE backfill ADD COLUMN project_version TEXT;
)sql";

constexpr const char* paused_runs = R"sql(
-- Runs of which nothing new starts until somebody lets them go on.
CREATE TABLE paused_run (
  run INTEGER PRIMARY KEY,
  paused_by TEXT NOT NULL,
  paused_at INTEGER NOT NULL
) STRICT;
)sql";

constexpr std::array steps = {
    Migration{1, "first schema", first_schema},
    Migration{2, "repeated runs", repeated_runs},
    Migration{3, "grown memory", grown_memory},
    Migration{4, "collected runs", collected_runs},
    Migration{5, "batches", batches},
    Migration{6, "pipelines of several files", pipelines_of_several_files},
    Migration{7, "pools", pools},
    Migration{8, "cleared tasks", cleared_tasks},
    Migration{9, "triggers", triggers},
    Migration{10, "api", api},
    Migration{11, "events", events},
    Migration{12, "paused pipelines", paused_pipelines},
    Migration{13, "backfills", backfills},
    Migration{14, "approvals", approvals},
    Migration{15, "servers", servers},
    Migration{16, "paused runs", paused_runs},
    Migration{17, "assets", asset_schema},
    Migration{18, "connections", connection_schema},
    Migration{19, "notifications", notification_schema},
    Migration{20, "tracking", tracking_schema}};

}  // namespace

std::span<const Migration> migrations() { return steps; }

}  // namespace gt
