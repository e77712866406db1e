-- Pairs of files that may be one person's (疑似重复): what speaks for it, by the names of the evidence,
-- and what somebody decided. A rejected pair stays, so that it is not proposed again; evidence and places
-- hold no digit, name or phone. keep_id is the one of the two that would stay.
-- +goose Up
CREATE TABLE registry_duplicate (
  worker_id  INTEGER NOT NULL,
  other_id   INTEGER NOT NULL,
  keep_id    INTEGER NOT NULL,
  grade      INTEGER NOT NULL,
  evidence   TEXT NOT NULL,
  places     TEXT NOT NULL,
  state      TEXT NOT NULL,
  found_at   TEXT NOT NULL,
  decided_at TEXT,
  decided_by INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  PRIMARY KEY (worker_id, other_id)
) STRICT;
CREATE INDEX registry_duplicate_other ON registry_duplicate (other_id);
CREATE INDEX registry_duplicate_state ON registry_duplicate (state, grade, worker_id);
