-- The audit log (审计日志) is searched page by page at any depth: by user and by act, newest first. And how far its chain was
-- verified (核验): the number and hash of the last line that was compared, when that walk began, and when it last went on.
-- +goose Up
CREATE INDEX audit_entry_user ON audit_entry (user_id, at, id);
CREATE INDEX audit_entry_action ON audit_entry (action, at, id);
CREATE TABLE audit_check_head (
  id        bigint PRIMARY KEY CHECK (id = 1),
  number    bigint NOT NULL,
  hash      bytea    NOT NULL,
  begun_at  timestamptz,
  at        timestamptz
);
INSERT INTO audit_check_head (id, number, hash) VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');
