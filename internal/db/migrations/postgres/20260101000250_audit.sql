-- Who did and saw what. Entries are chained after they are written (number and the hashes are
-- empty until then), so that writers do not wait for one another; the head names the chain's end.
-- Detail is text, not a JSON type: its bytes are hashed.
-- +goose Up
CREATE TABLE audit_head (
  id       bigint PRIMARY KEY CHECK (id = 1),
  version  bigint NOT NULL,
  number   bigint NOT NULL,
  hash     bytea    NOT NULL
);
INSERT INTO audit_head (id, version, number, hash) VALUES (1, 0, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_entry (
  id           bigint PRIMARY KEY,
  at           timestamptz    NOT NULL,
  user_id      bigint NOT NULL,
  action       text    NOT NULL,
  subject      text    NOT NULL,
  detail       text    NOT NULL,
  number       bigint UNIQUE,
  hash_before  bytea,
  hash         bytea
);
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, at);
