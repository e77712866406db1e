-- API tokens (令牌): a user's own key for a program, with an end day, some of the user's rights (blanks between them) and
-- maybe a narrower unit (0: none). Only the SM3 of a token is kept: a copy of the database opens nothing.
-- +goose Up
CREATE TABLE account_token (
  token_id    bigint PRIMARY KEY,
  user_id     bigint NOT NULL REFERENCES account_user (user_id),
  name        text    NOT NULL,
  token_hash  bytea    NOT NULL UNIQUE,
  rights      text    NOT NULL,
  unit_id     bigint NOT NULL,
  created_at  timestamptz    NOT NULL,
  expires_on  date    NOT NULL,
  used_at     timestamptz,
  revoked_at  timestamptz
);
CREATE INDEX account_token_user ON account_token (user_id, created_at);
