-- Who did and saw what. Entries are chained after they are written (number and the hashes are
-- empty until then), so that writers do not wait for one another; the head names the chain's end.
-- Detail is text, not a JSON type: its bytes are hashed.
-- +goose Up
CREATE TABLE audit_head (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  version  INTEGER NOT NULL,
  number   INTEGER NOT NULL,
  hash     BLOB    NOT NULL
) STRICT;
INSERT INTO audit_head (id, version, number, hash) VALUES (1, 0, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE audit_entry (
  id           INTEGER PRIMARY KEY,
  at           TEXT    NOT NULL,
  user_id      INTEGER NOT NULL,
  action       TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  detail       TEXT    NOT NULL,
  number       INTEGER UNIQUE,
  hash_before  BLOB,
  hash         BLOB
) STRICT;
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, at);
