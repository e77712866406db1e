-- Requests of a person about their own data (个人信息请求: 查阅复制, 更正, 注销), which have to be answered within fifteen
-- working days. What was asked and what was answered are sealed under the person's key: both name things of
-- the person, and go with an erasure. Of one kind one request is open at a time.
-- +goose Up
CREATE TABLE registry_request (
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
  CHECK (kind IN ('copy', 'correct', 'erase')),
  CHECK (state IN ('open', 'done', 'refused'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX registry_request_open ON registry_request (worker_id, kind) WHERE state = 'open';
CREATE INDEX registry_request_due ON registry_request (due_on) WHERE state = 'open';
