/// A migration of its own file: experiments and runs that clients track (db/migration.h).
#pragma once

namespace gt {

inline constexpr const char* tracking_schema = R"sql(
-- Tracking, as MLflow's clients know it. Times (`_ms`) are what clients say, in milliseconds;
-- `lifecycle` is active or deleted. Nothing is removed: what is deleted can be restored.
CREATE TABLE tracking_experiment (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  artifact_location TEXT NOT NULL,
  lifecycle TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tracking_experiment_name ON tracking_experiment (name);
INSERT INTO tracking_experiment VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', 0, 0);

CREATE TABLE tracking_experiment_tag (
  experiment INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (experiment, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE tracking_run (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL,
  experiment INTEGER NOT NULL,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  status TEXT NOT NULL,
  lifecycle TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER,
  artifact_uri TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tracking_run_uuid ON tracking_run (uuid);
CREATE INDEX tracking_run_newest ON tracking_run (experiment, start_ms DESC, uuid);

-- Names of metrics, params and tags of runs.
CREATE TABLE tracking_key (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tracking_key_name ON tracking_key (name);

-- The newest point of each metric: the greatest by step, time, value. NULL for NaN. `series`: where
-- its points are; 0 while there is no other.
CREATE TABLE tracking_metric (
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value REAL,
  step INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  series INTEGER NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tracking_metric_of_key ON tracking_metric (key, value, run);

-- Points in chunks, as tracking/metric_points writes them. id: series * 2^20 + number of the chunk.
CREATE TABLE tracking_points (
  id INTEGER PRIMARY KEY,
  points BLOB NOT NULL
) STRICT;

CREATE TABLE tracking_param (
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tracking_param_of_key ON tracking_param (key, value, run);

CREATE TABLE tracking_tag (
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tracking_tag_of_key ON tracking_tag (key, value, run);

CREATE TABLE tracking_dataset (
  id INTEGER PRIMARY KEY,
  experiment INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source TEXT NOT NULL,
  schema TEXT,
  profile TEXT
) STRICT;
CREATE UNIQUE INDEX tracking_dataset_name ON tracking_dataset (experiment, name, digest);

-- The data sets of a run. `context`: the tag mlflow.data.context; `tags`: all, as JSON.
CREATE TABLE tracking_input (
  run INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  context TEXT,
  tags TEXT NOT NULL,
  PRIMARY KEY (run, dataset)
) STRICT, WITHOUT ROWID;
CREATE INDEX tracking_input_of_dataset ON tracking_input (dataset, run);

-- Files by their names, as clients send them: no name ever becomes a path of the disk.
CREATE TABLE tracking_artifact (
  path TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace gt
