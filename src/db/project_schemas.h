/// Tables of what a project has beside its runs: assets, connections and variables, notifications.
#pragma once

namespace gt {

inline constexpr const char* asset_schema = R"sql(
-- The newest version of each asset: a row of asset_update.
CREATE TABLE asset (
  name TEXT PRIMARY KEY,
  newest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Versions of assets, numbered for all of them together: what runs made, and what was told of.
CREATE TABLE asset_update (
  sequence INTEGER PRIMARY KEY,
  asset TEXT NOT NULL,
  content TEXT NOT NULL,
  at INTEGER NOT NULL,
  logical_date INTEGER NOT NULL,
  interval_start INTEGER,
  interval_end INTEGER,
  run TEXT NOT NULL,
  output TEXT NOT NULL,
  told_by TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;
CREATE INDEX asset_update_asset ON asset_update (asset, sequence);

-- One row: the number of the newest version of all, also when that has been forgotten.
CREATE TABLE asset_sequence (newest INTEGER NOT NULL) STRICT;
INSERT INTO asset_sequence (newest) VALUES (0);

-- Up to which version triggers have used what they wait for.
CREATE TABLE asset_trigger (
  pipeline TEXT NOT NULL,
  name TEXT NOT NULL,
  rule TEXT NOT NULL,
  heard INTEGER NOT NULL,
  PRIMARY KEY (pipeline, name)
) STRICT, WITHOUT ROWID;

-- The versions that a run uses, by name; NULL: it names none.
ALTER TABLE run ADD COLUMN assets TEXT;
)sql";

inline constexpr const char* connection_schema = R"sql(
-- Ways to systems outside, by project; '' is the project whose folder this is. `sealed`: password
-- and options, '' for none; `secret_parts`: a JSON list of their names.
CREATE TABLE connection (
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER,
  username TEXT NOT NULL,
  path TEXT NOT NULL,
  secret_parts TEXT NOT NULL,
  sealed TEXT NOT NULL,
  revision INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

-- Values that the pipelines of a project share. `kind`: text, json or secret, whose value is sealed.
CREATE TABLE project_variable (
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  description TEXT NOT NULL,
  revision INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;
)sql";

inline constexpr const char* notification_schema = R"sql(
-- What receivers are told of runs: written with what it tells, then sent until it is taken or
-- given up. `receiver`: a name in the project's file of receivers; `event`: what it tells.
CREATE TABLE notification (
  id INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL,
  run INTEGER NOT NULL,
  kind TEXT NOT NULL,
  receiver TEXT NOT NULL,
  project TEXT NOT NULL,
  project_version TEXT,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  tried_at INTEGER,
  next_at INTEGER,
  answer TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX notification_message ON notification (message_id);
CREATE INDEX notification_waiting ON notification (next_at) WHERE state = 'waiting';
CREATE INDEX notification_state ON notification (state, id);

-- Who is told of the runs of this text: rules as JSON; NULL: nobody.
ALTER TABLE pipeline_version ADD COLUMN notify TEXT;
)sql";

}  // namespace gt
