-- Revocations of certificates (撤销) that a person entered, with the reason: a list of the issuing body
-- states its own in registry_certificate. A row is never changed, only withdrawn, so that a revocation
-- can be taken back. number_index ties it to all rows about that certificate, also to later ones.
-- +goose Up
CREATE TABLE registry_revocation (
  worker_id    INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  number_index BLOB    NOT NULL,
  revoked_on   TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  recorded_at  TEXT    NOT NULL,
  recorded_by  INTEGER NOT NULL,
  withdrawn_at TEXT,
  withdrawn_by INTEGER NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
