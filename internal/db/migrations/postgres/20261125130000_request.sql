-- Requests of a person about their own data (个人信息请求: 查阅复制, 更正, 注销), which have to be answered within fifteen
-- working days. What was asked and what was answered are sealed under the person's key: both name things of
-- the person, and go with an erasure. Of one kind one request is open at a time.
-- +goose Up
CREATE TABLE registry_request (
  worker_id     bigint NOT NULL,
  id            bigint NOT NULL,
  kind          text NOT NULL,
  received_on   date NOT NULL,
  due_on        date NOT NULL,
  state         text NOT NULL,
  text_sealed   bytea NOT NULL,
  answer_sealed bytea NOT NULL,
  registered_at timestamptz NOT NULL,
  registered_by bigint NOT NULL,
  copied_at     timestamptz,
  decided_at    timestamptz,
  decided_by    bigint NOT NULL,
  import_id     bigint NOT NULL,
  PRIMARY KEY (worker_id, id),
  CHECK (kind IN ('copy', 'correct', 'erase')),
  CHECK (state IN ('open', 'done', 'refused'))
);
CREATE UNIQUE INDEX registry_request_open ON registry_request (worker_id, kind) WHERE state = 'open';
CREATE INDEX registry_request_due ON registry_request (due_on) WHERE state = 'open';
