-- Pairs of files that may be one person's (疑似重复): what speaks for it, by the names of the evidence,
-- and what somebody decided. A rejected pair stays, so that it is not proposed again; evidence and places
-- hold no digit, name or phone. keep_id is the one of the two that would stay.
-- +goose Up
CREATE TABLE registry_duplicate (
  worker_id  bigint  NOT NULL,
  other_id   bigint  NOT NULL,
  keep_id    bigint  NOT NULL,
  grade      bigint  NOT NULL,
  evidence   text NOT NULL,
  places     text NOT NULL,
  state      text NOT NULL,
  found_at   timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by bigint  NOT NULL,
  reason     text NOT NULL,
  version    bigint  NOT NULL,
  PRIMARY KEY (worker_id, other_id)
);
CREATE INDEX registry_duplicate_other ON registry_duplicate (other_id);
CREATE INDEX registry_duplicate_state ON registry_duplicate (state, grade, worker_id);
