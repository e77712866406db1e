-- Users and their sessions. Passwords are kept as argon2id in PHC form, session tokens as SM3 of
-- the token: a copy of the database opens no account.
-- +goose Up
CREATE TABLE account_user (
  user_id       bigint PRIMARY KEY,
  login         text    NOT NULL,
  login_fold    text    NOT NULL UNIQUE,
  name          text    NOT NULL,
  name_fold     text    NOT NULL,
  hash          text    NOT NULL,
  role          text    NOT NULL,
  unit_id       bigint NOT NULL,
  must_change   boolean NOT NULL,
  failed        bigint NOT NULL,
  locked_until  timestamptz,
  disabled_at   timestamptz,
  created_at    timestamptz    NOT NULL,
  version       bigint NOT NULL
);

CREATE TABLE account_session (
  token_hash  bytea    NOT NULL PRIMARY KEY,
  user_id     bigint NOT NULL REFERENCES account_user (user_id),
  created_at  timestamptz    NOT NULL,
  seen_at     timestamptz    NOT NULL
);
CREATE INDEX account_session_user ON account_session (user_id);
