-- A complaint or opinion (意见投诉) of a worker is a request like the others: it has a day by which it is answered, and an answer that
-- can be read. Several may be open at a time, for a second grievance must not wait for the first. SQLite cannot change a
-- check, so the table is written anew.
-- +goose Up
CREATE TABLE registry_request_new (
  worker_id     INTEGER NOT NULL,
  id            INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  received_on   TEXT NOT NULL,
  due_on        TEXT NOT NULL,
  state         TEXT NOT NULL,
  text_sealed   BLOB NOT NULL,
  answer_sealed BLOB NOT NULL,
  registered_at TEXT NOT NULL,
  registered_by INTEGER NOT NULL,
  copied_at     TEXT,
  decided_at    TEXT,
  decided_by    INTEGER NOT NULL,
  import_id     INTEGER NOT NULL,
  PRIMARY KEY (worker_id, id),
  CHECK (kind IN ('copy', 'correct', 'erase', 'opinion')),
  CHECK (state IN ('open', 'done', 'refused'))
) STRICT, WITHOUT ROWID;
INSERT INTO registry_request_new (worker_id, id, kind, received_on, due_on, state, text_sealed, answer_sealed, registered_at, registered_by, copied_at, decided_at, decided_by, import_id)
SELECT worker_id, id, kind, received_on, due_on, state, text_sealed, answer_sealed, registered_at, registered_by, copied_at, decided_at, decided_by, import_id FROM registry_request;
DROP TABLE registry_request;
ALTER TABLE registry_request_new RENAME TO registry_request;
CREATE UNIQUE INDEX registry_request_open ON registry_request (worker_id, kind) WHERE state = 'open' AND kind <> 'opinion';
CREATE INDEX registry_request_due ON registry_request (due_on) WHERE state = 'open';
