-- Conflicts between sources (矛盾). registry_claim keeps what a list said of a person that its rows cannot hold,
-- because the row was refused or the field is not theirs: another name, another sex than the number's, a level.
-- registry_ruling keeps a person's decision which statement holds, with the reason; it is never changed, only
-- withdrawn. registry_conflict is what follows from all statements: it is written when a person's timeline is
-- settled, so that a list of conflicts need not read everybody's rows.
-- +goose Up
CREATE TABLE registry_claim (
  worker_id    INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  field        TEXT    NOT NULL,
  value        TEXT    NOT NULL,
  as_of        TEXT    NOT NULL,
  import_id    INTEGER NOT NULL,
  line         INTEGER NOT NULL,
  sender       INTEGER NOT NULL,
  recorded_at  TEXT    NOT NULL,
  withdrawn_at TEXT,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_claim_import ON registry_claim (import_id);
CREATE TABLE registry_ruling (
  worker_id    INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  kind         TEXT    NOT NULL,
  kept_id      INTEGER NOT NULL,
  reason       TEXT    NOT NULL,
  recorded_at  TEXT    NOT NULL,
  recorded_by  INTEGER NOT NULL,
  withdrawn_at TEXT,
  withdrawn_by INTEGER NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_conflict (
  worker_id INTEGER NOT NULL,
  kind      TEXT    NOT NULL,
  about     INTEGER NOT NULL,
  task      INTEGER NOT NULL,
  ruling_id INTEGER NOT NULL,
  found_at  TEXT    NOT NULL,
  PRIMARY KEY (worker_id, kind, about)
) STRICT, WITHOUT ROWID;
