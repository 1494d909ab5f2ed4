-- A home as geartrain of schema 8 left it: a run that succeeded, one that failed, one that was
-- killed in its second step, and a pool.
BEGIN TRANSACTION;
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
  log_bytes INTEGER, memory_bytes INTEGER, gpus TEXT,
  PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "attempt" VALUES(4294967296,1,'gt-f6a6c6b8c828-0-1',1795865781140835,1795865781147086,1795865781149662,NULL,NULL,NULL,NULL,76660736,1919,0,8,NULL,NULL);
INSERT INTO "attempt" VALUES(4294967297,1,'gt-f6a6c6b8c828-1-1',1795865781150762,1795865781153785,1795865781155721,NULL,NULL,NULL,NULL,77332480,1516,0,2,NULL,NULL);
INSERT INTO "attempt" VALUES(8589934593,1,'gt-0642d7ed5700-1-1',1795865781307736,1795865781311990,1795865781314479,'exit','ended with exit code 3',3,NULL,76533760,2033,0,2,NULL,NULL);
INSERT INTO "attempt" VALUES(12884901889,1,'gt-be22c6b4f414-1-1',1795865781598548,1795865781603998,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE base_manifest (
  base_key TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "base_manifest" VALUES('409c4cc7ea4b6fe9c0cbf164a1638200c786a33f4fcd4443a0ea950534b2161b','geartrain step manifest 1
command {"script":"echo ''n=[1, 2, 3]'' >> \"$GEARTRAIN_VALUES\"; echo counted"}
working_directory "."
environment architecture x86_64
environment os debian 12
environment program /usr/bin/bash 25c34e130c601c5610c131710ce7fca96248d6e56bf99e39a3c74072a98db158
output "n" "array "
');
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
INSERT INTO "cache_entry" VALUES('409c4cc7ea4b6fe9c0cbf164a1638200c786a33f4fcd4443a0ea950534b2161b','d37ee6042cb42231453c6eae356db229cecedb6930082f34422a61f574bd306b',4294967296,1,'[[1,2,3]]',1795865781150762,NULL);
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
CREATE TABLE clear_request (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  request TEXT NOT NULL,
  at INTEGER NOT NULL,
  answer TEXT
) STRICT;
CREATE TABLE engine (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  protocol INTEGER NOT NULL,
  started_at INTEGER NOT NULL
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
INSERT INTO "event" VALUES(1,1,1795865781140785,'run_started',NULL,'{}');
INSERT INTO "event" VALUES(1,2,1795865781155721,'run_ended',NULL,'{"state":"succeeded"}');
INSERT INTO "event" VALUES(2,1,1795865781307690,'run_started',NULL,'{}');
INSERT INTO "event" VALUES(2,2,1795865781314479,'run_ended',NULL,'{"state":"failed"}');
INSERT INTO "event" VALUES(3,1,1795865781598455,'run_started',NULL,'{}');
CREATE TABLE gpu_claim (
  device TEXT PRIMARY KEY,
  task INTEGER NOT NULL,
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE manifest (
  key TEXT PRIMARY KEY,
  base_key TEXT NOT NULL,
  source_set TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "manifest" VALUES('f37395402da1c8b49b34758f1203a2d0caffd97498881ff1c65c6aa8b0bcaf1e','409c4cc7ea4b6fe9c0cbf164a1638200c786a33f4fcd4443a0ea950534b2161b','d37ee6042cb42231453c6eae356db229cecedb6930082f34422a61f574bd306b');
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
CREATE TABLE pin (
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (digest, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE pipeline_file (
  version TEXT NOT NULL,
  number INTEGER NOT NULL,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (version, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE pipeline_version (
  digest TEXT PRIMARY KEY,
  pipeline TEXT NOT NULL,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "pipeline_version" VALUES('0e31ea4cbd128cb7af7e19c7d3d1c154b467c6f45d328d2c9ddd27b03818170d','early','pipeline.yaml','name: early
steps:
  numbers:
    run: echo ''n=[1, 2, 3]'' >> "$GEARTRAIN_VALUES"; echo counted
    outputs: {n: {type: array}}
    code: [data/*]
  fails:
    run: |
      echo ${{ length(inputs.n) }}
      if [ -e slow ]; then sleep 100; fi
      exit 0
    inputs: {n: "${{ steps.numbers.outputs.n }}"}
',1795865781138804);
INSERT INTO "pipeline_version" VALUES('41cb8d187a86df917cafdd25a628fbd8a13150959d3cc622c55a02d01ffd3ed3','early','pipeline.yaml','name: early
steps:
  numbers:
    run: echo ''n=[1, 2, 3]'' >> "$GEARTRAIN_VALUES"; echo counted
    outputs: {n: {type: array}}
    code: [data/*]
  fails:
    run: |
      echo ${{ length(inputs.n) }}
      if [ -e slow ]; then sleep 100; fi
      exit 3
    inputs: {n: "${{ steps.numbers.outputs.n }}"}
',1795865781304098);
CREATE TABLE pool (
  name TEXT PRIMARY KEY,
  slots INTEGER NOT NULL,
  description TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "pool" VALUES('db',2,'',1795865781452217);
CREATE TABLE pool_claim (
  task INTEGER NOT NULL,
  number INTEGER NOT NULL,
  pool TEXT NOT NULL,
  slots INTEGER NOT NULL,
  PRIMARY KEY (task, pool)
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
  cancel TEXT NOT NULL, same_as INTEGER, collected INTEGER NOT NULL DEFAULT 0, batch TEXT,
  UNIQUE (pipeline, number)
) STRICT;
INSERT INTO "run" VALUES(1,'01a221f123927d19ab5ef6a6c6b8c828','early',1,'succeeded','0e31ea4cbd128cb7af7e19c7d3d1c154b467c6f45d328d2c9ddd27b03818170d','{}','{"only":[],"from":[],"refresh":[],"no_cache":false}',1795865781138804,1795865781138804,1795865781140785,1795865781155721,'bee6dd2d59bad041f4e0f7bc8935979a3e8b56103f71656766d803b9cb6420cc','{}',NULL,'01a221f123917afa96fa52255e309115',1,'none',NULL,0,NULL);
INSERT INTO "run" VALUES(2,'01a221f1243873469a740642d7ed5700','early',2,'failed','41cb8d187a86df917cafdd25a628fbd8a13150959d3cc622c55a02d01ffd3ed3','{}','{"only":[],"from":[],"refresh":[],"no_cache":false}',1795865781304098,1795865781304098,1795865781307690,1795865781314479,'18478be65cc8bcbd29c75ac3c82e38b42624207c17bfc0a82f32c6f114ff5763','{}',NULL,'01a221f124367c4e8d782b5abf06b7a0',1,'none',NULL,0,NULL);
INSERT INTO "run" VALUES(3,'01a221f125567df09269be22c6b4f414','early',3,'running','41cb8d187a86df917cafdd25a628fbd8a13150959d3cc622c55a02d01ffd3ed3','{}','{"only":[],"from":[],"refresh":[],"no_cache":false}',1795865781590971,1795865781590971,1795865781598455,NULL,'bac4e840d4bee640210c771c777cc27bf7e75db052e620a6cdd561d674edbd91','{}',NULL,'01a221f1255570188d4c733836d7c11c',1,'none',NULL,0,NULL);
CREATE TABLE run_memo (
  request TEXT PRIMARY KEY,
  run INTEGER NOT NULL,
  tasks INTEGER NOT NULL,
  facts TEXT NOT NULL,
  artifacts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE schema_migration (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;
INSERT INTO "schema_migration" VALUES(1,'first schema',1795865781125470);
INSERT INTO "schema_migration" VALUES(2,'repeated runs',1795865781125470);
INSERT INTO "schema_migration" VALUES(3,'grown memory',1795865781125470);
INSERT INTO "schema_migration" VALUES(4,'collected runs',1795865781125470);
INSERT INTO "schema_migration" VALUES(5,'batches',1795865781125470);
INSERT INTO "schema_migration" VALUES(6,'pipelines of several files',1795865781125470);
INSERT INTO "schema_migration" VALUES(7,'pools',1795865781125470);
INSERT INTO "schema_migration" VALUES(8,'cleared tasks',1795865781125470);
CREATE TABLE source_set (
  digest TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "source_set" VALUES('d37ee6042cb42231453c6eae356db229cecedb6930082f34422a61f574bd306b','listing data/* e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
');
CREATE TABLE step_manifest (
  pipeline TEXT NOT NULL,
  step TEXT NOT NULL,
  key TEXT NOT NULL,
  task INTEGER NOT NULL,
  PRIMARY KEY (pipeline, step, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "step_manifest" VALUES('early','numbers','f37395402da1c8b49b34758f1203a2d0caffd97498881ff1c65c6aa8b0bcaf1e',4294967296);
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
, memory_bytes INTEGER, anew INTEGER) STRICT;
INSERT INTO "task" VALUES(4294967296,NULL,0,-1,'step','succeeded',1,0,NULL,NULL,NULL,NULL,1795865781140835,1795865781149662,NULL,0);
INSERT INTO "task" VALUES(4294967297,NULL,1,-1,'step','succeeded',1,0,NULL,NULL,NULL,NULL,1795865781150762,1795865781155721,NULL,0);
INSERT INTO "task" VALUES(8589934592,NULL,0,-1,'step','cached',0,0,NULL,NULL,NULL,NULL,1795865781307736,1795865781307736,NULL,NULL);
INSERT INTO "task" VALUES(8589934593,NULL,1,-1,'step','failed',1,0,'exit','ended with exit code 3',3,NULL,1795865781307736,1795865781314479,NULL,0);
INSERT INTO "task" VALUES(12884901888,NULL,0,-1,'step','cached',0,0,NULL,NULL,NULL,NULL,1795865781598548,1795865781598548,NULL,NULL);
INSERT INTO "task" VALUES(12884901889,NULL,1,-1,'step','running',1,0,NULL,NULL,NULL,NULL,1795865781598548,NULL,NULL,0);
CREATE TABLE task_expansion (
  task INTEGER PRIMARY KEY,
  items TEXT NOT NULL
, item_order TEXT) STRICT;
CREATE TABLE task_manifest (
  task INTEGER PRIMARY KEY,
  key TEXT,
  reason TEXT NOT NULL
) STRICT;
INSERT INTO "task_manifest" VALUES(4294967296,'f37395402da1c8b49b34758f1203a2d0caffd97498881ff1c65c6aa8b0bcaf1e','no earlier run of this step');
INSERT INTO "task_manifest" VALUES(4294967297,NULL,'it has no outputs, so it acts on the world: runs every time');
INSERT INTO "task_manifest" VALUES(8589934592,'f37395402da1c8b49b34758f1203a2d0caffd97498881ff1c65c6aa8b0bcaf1e','nothing changed since early/1');
INSERT INTO "task_manifest" VALUES(8589934593,NULL,'it has no outputs, so it acts on the world: runs every time');
INSERT INTO "task_manifest" VALUES(12884901888,'f37395402da1c8b49b34758f1203a2d0caffd97498881ff1c65c6aa8b0bcaf1e','nothing changed since early/1');
INSERT INTO "task_manifest" VALUES(12884901889,NULL,'it has no outputs, so it acts on the world: runs every time');
CREATE TABLE task_result (
  task INTEGER PRIMARY KEY,
  outputs TEXT NOT NULL,
  cached_from_task INTEGER,
  cached_from_number INTEGER
) STRICT;
INSERT INTO "task_result" VALUES(4294967296,'[[1,2,3]]',NULL,NULL);
INSERT INTO "task_result" VALUES(4294967297,'[]',NULL,NULL);
INSERT INTO "task_result" VALUES(8589934592,'[[1,2,3]]',4294967296,1);
INSERT INTO "task_result" VALUES(12884901888,'[[1,2,3]]',4294967296,1);
CREATE INDEX run_open ON run (id) WHERE ended_at IS NULL;
CREATE INDEX run_batch ON run (batch) WHERE batch IS NOT NULL;
CREATE INDEX gpu_claim_task ON gpu_claim (task);
COMMIT;
PRAGMA user_version = 8;
