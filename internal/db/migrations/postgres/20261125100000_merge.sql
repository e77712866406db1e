-- Two files of one person (重复档案): a merge is an alias that can be withdrawn and rewrites no row.
-- registry_worker.survivor_id repeats what the aliases in force come to, as the other current columns
-- repeat the rows.
-- +goose Up
ALTER TABLE registry_worker ADD COLUMN survivor_id bigint NOT NULL DEFAULT 0;

CREATE TABLE registry_alias (
  worker_id    bigint NOT NULL,
  id           bigint NOT NULL,
  survivor_id  bigint NOT NULL,
  merged_at    timestamptz NOT NULL,
  merged_by    bigint NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by bigint NOT NULL,
  why          text NOT NULL,
  PRIMARY KEY (worker_id, id)
);
CREATE UNIQUE INDEX registry_alias_one ON registry_alias (worker_id) WHERE withdrawn_at IS NULL;
CREATE INDEX registry_alias_survivor ON registry_alias (survivor_id) WHERE withdrawn_at IS NULL;
