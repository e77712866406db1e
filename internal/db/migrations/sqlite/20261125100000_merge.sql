-- Two files of one person (重复档案): a merge is an alias that can be withdrawn and rewrites no row.
-- registry_worker.survivor_id repeats what the aliases in force come to, as the other current columns
-- repeat the rows.
-- +goose Up
ALTER TABLE registry_worker ADD COLUMN survivor_id INTEGER NOT NULL DEFAULT 0;

CREATE TABLE registry_alias (
  worker_id    INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  survivor_id  INTEGER NOT NULL,
  merged_at    TEXT    NOT NULL,
  merged_by    INTEGER NOT NULL,
  withdrawn_at TEXT,
  withdrawn_by INTEGER NOT NULL,
  why          TEXT    NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT;
CREATE UNIQUE INDEX registry_alias_one ON registry_alias (worker_id) WHERE withdrawn_at IS NULL;
CREATE INDEX registry_alias_survivor ON registry_alias (survivor_id) WHERE withdrawn_at IS NULL;
