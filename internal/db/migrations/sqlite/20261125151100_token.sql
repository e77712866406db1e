-- API tokens (令牌): a user's own key for a program, with an end day, some of the user's rights (blanks between them) and
-- maybe a narrower unit (0: none). Only the SM3 of a token is kept: a copy of the database opens nothing.
-- +goose Up
CREATE TABLE account_token (
  token_id    INTEGER PRIMARY KEY,
  user_id     INTEGER NOT NULL REFERENCES account_user (user_id),
  name        TEXT    NOT NULL,
  token_hash  BLOB    NOT NULL UNIQUE,
  rights      TEXT    NOT NULL,
  unit_id     INTEGER NOT NULL,
  created_at  TEXT    NOT NULL,
  expires_on  TEXT    NOT NULL,
  used_at     TEXT,
  revoked_at  TEXT
) STRICT;
CREATE INDEX account_token_user ON account_token (user_id, created_at);
