-- A home as geartrain of schema 2 left it: a run that succeeded, one that failed, one that was
-- killed in its second step.
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
  log_bytes INTEGER,
  PRIMARY KEY (task, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "attempt" VALUES(4294967296,1,'gt-bafeff82def4-0-1',1795851319506866,1795851319525489,1795851319536552,NULL,NULL,NULL,NULL,55721984,1593,0,8);
INSERT INTO "attempt" VALUES(4294967297,1,'gt-bafeff82def4-1-1',1795851319537567,1795851319554995,1795851319556727,NULL,NULL,NULL,NULL,55984128,1423,0,2);
INSERT INTO "attempt" VALUES(8589934593,1,'gt-b666fa97c9c1-1-1',1795851319794895,1795851319807939,1795851319815019,'exit','ended with exit code 3',3,NULL,55758848,1515,0,2);
INSERT INTO "attempt" VALUES(12884901889,1,'gt-7f837952aee9-1-1',1795851320470886,1795851320491912,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "cache_entry" VALUES('409c4cc7ea4b6fe9c0cbf164a1638200c786a33f4fcd4443a0ea950534b2161b','d37ee6042cb42231453c6eae356db229cecedb6930082f34422a61f574bd306b',4294967296,1,'[[1,2,3]]',1795851319537567,NULL);
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
INSERT INTO "event" VALUES(1,1,1795851319506850,'run_started',NULL,'{}');
INSERT INTO "event" VALUES(1,2,1795851319556727,'run_ended',NULL,'{"state":"succeeded"}');
INSERT INTO "event" VALUES(2,1,1795851319794877,'run_started',NULL,'{}');
INSERT INTO "event" VALUES(2,2,1795851319815019,'run_ended',NULL,'{"state":"failed"}');
INSERT INTO "event" VALUES(3,1,1795851320470864,'run_started',NULL,'{}');
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
CREATE TABLE pipeline_version (
  digest TEXT PRIMARY KEY,
  pipeline TEXT NOT NULL,
  path TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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
',1795851319776764);
INSERT INTO "pipeline_version" VALUES('988df4c5e3b4d82c03100f2d83a98425f5c96bcdbae27b5aae37ad2f8b095af2','early','ok.yaml','name: early
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
',1795851319495696);
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
  cancel TEXT NOT NULL, same_as INTEGER,
  UNIQUE (pipeline, number)
) STRICT;
INSERT INTO "run" VALUES(1,'01a2211478c771c4863cbafeff82def4','early',1,'succeeded','988df4c5e3b4d82c03100f2d83a98425f5c96bcdbae27b5aae37ad2f8b095af2','{}','{"only":[],"from":[],"refresh":[],"no_cache":false}',1795851319495696,1795851319495696,1795851319506850,1795851319556727,'a97e7fb53a45960de59e04f658b96d199db12539b5f15385fd116b77886938c4','{}',NULL,'01a2211478c6777587ebdf87c5e8f79a',1,'none',NULL);
INSERT INTO "run" VALUES(2,'01a2211479e076c7bce2b666fa97c9c1','early',2,'failed','41cb8d187a86df917cafdd25a628fbd8a13150959d3cc622c55a02d01ffd3ed3','{}','{"only":[],"from":[],"refresh":[],"no_cache":false}',1795851319776764,1795851319776764,1795851319794877,1795851319815019,'a97e7fb53a45960de59e04f658b96d199db12539b5f15385fd116b77886938c4','{}',NULL,'01a2211479d87c83abff53e679f050fd',1,'none',NULL);
INSERT INTO "run" VALUES(3,'01a221147b6e72058d3e7f837952aee9','early',3,'running','41cb8d187a86df917cafdd25a628fbd8a13150959d3cc622c55a02d01ffd3ed3','{}','{"only":[],"from":[],"refresh":[],"no_cache":false}',1795851320174955,1795851320174955,1795851320470864,NULL,'b711f455f2448c8d19a15cf6b9956fb00a2cae3e81db2ad8c339d736cac8e2ac','{}',NULL,'01a221147b6b73e3a22251081483f262',1,'none',NULL);
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
INSERT INTO "schema_migration" VALUES(1,'first schema',1795851319408963);
INSERT INTO "schema_migration" VALUES(2,'repeated runs',1795851319408963);
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
) STRICT;
INSERT INTO "task" VALUES(4294967296,NULL,0,-1,'step','succeeded',1,0,NULL,NULL,NULL,NULL,1795851319506866,1795851319536552);
INSERT INTO "task" VALUES(4294967297,NULL,1,-1,'step','succeeded',1,0,NULL,NULL,NULL,NULL,1795851319537567,1795851319556727);
INSERT INTO "task" VALUES(8589934592,NULL,0,-1,'step','cached',0,0,NULL,NULL,NULL,NULL,1795851319794895,1795851319794895);
INSERT INTO "task" VALUES(8589934593,NULL,1,-1,'step','failed',1,0,'exit','ended with exit code 3',3,NULL,1795851319794895,1795851319815019);
INSERT INTO "task" VALUES(12884901888,NULL,0,-1,'step','cached',0,0,NULL,NULL,NULL,NULL,1795851320470886,1795851320470886);
INSERT INTO "task" VALUES(12884901889,NULL,1,-1,'step','running',1,0,NULL,NULL,NULL,NULL,1795851320470886,NULL);
CREATE TABLE task_expansion (
  task INTEGER PRIMARY KEY,
  items TEXT NOT NULL
) STRICT;
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
COMMIT;
PRAGMA user_version = 2;
