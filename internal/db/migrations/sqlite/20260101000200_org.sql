-- Organisations and regions as a dated tree. The observations are the truth and are never updated
-- but for the withdrawn mark; org_unit holds what queries of other packages compare with: the code
-- and today's ordinal range. The head row is taken first by whoever changes the tree.
-- +goose Up
CREATE TABLE org_head (
  id           INTEGER PRIMARY KEY CHECK (id = 1),
  version      INTEGER NOT NULL,
  numbered_on  TEXT    NOT NULL
) STRICT;
INSERT INTO org_head (id, version, numbered_on) VALUES (1, 0, '0001-01-01');

CREATE TABLE org_unit (
  unit_id  INTEGER PRIMARY KEY,
  code     TEXT UNIQUE,
  kind     TEXT    NOT NULL,
  lo       INTEGER NOT NULL,
  hi       INTEGER NOT NULL,
  version  INTEGER NOT NULL
) STRICT;
CREATE INDEX org_unit_lo ON org_unit (lo);

CREATE TABLE org_observation (
  unit_id     INTEGER NOT NULL REFERENCES org_unit (unit_id),
  id          INTEGER NOT NULL,
  as_of_on    TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  code        TEXT    NOT NULL,
  parent_id   INTEGER NOT NULL,
  district    INTEGER NOT NULL,
  industry    INTEGER NOT NULL,
  ownership   INTEGER NOT NULL,
  size        INTEGER NOT NULL,
  founded_on  TEXT,
  import_id   INTEGER NOT NULL,
  line        INTEGER NOT NULL,
  withdrawn   INTEGER NOT NULL,
  PRIMARY KEY (unit_id, id)
) STRICT;
CREATE INDEX org_observation_import ON org_observation (import_id);
