-- Users and their sessions. Passwords are kept as argon2id in PHC form, session tokens as SM3 of
-- the token: a copy of the database opens no account.
-- +goose Up
CREATE TABLE account_user (
  user_id       INTEGER PRIMARY KEY,
  login         TEXT    NOT NULL,
  login_fold    TEXT    NOT NULL UNIQUE,
  name          TEXT    NOT NULL,
  name_fold     TEXT    NOT NULL,
  hash          TEXT    NOT NULL,
  role          TEXT    NOT NULL,
  unit_id       INTEGER NOT NULL,
  must_change   INTEGER NOT NULL,
  failed        INTEGER NOT NULL,
  locked_until  TEXT,
  disabled_at   TEXT,
  created_at    TEXT    NOT NULL,
  version       INTEGER NOT NULL
) STRICT;

CREATE TABLE account_session (
  token_hash  BLOB    NOT NULL PRIMARY KEY,
  user_id     INTEGER NOT NULL REFERENCES account_user (user_id),
  created_at  TEXT    NOT NULL,
  seen_at     TEXT    NOT NULL
) STRICT;
CREATE INDEX account_session_user ON account_session (user_id);
