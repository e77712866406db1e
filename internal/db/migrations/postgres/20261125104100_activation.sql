-- Activation codes (激活码) of accounts that were made in bulk and have no password yet. Only the SM3 of a code is
-- kept, a new slip replaces it, and using it removes the row: a copy of the database opens no account.
-- +goose Up
CREATE TABLE account_activation (
  user_id       bigint PRIMARY KEY REFERENCES account_user (user_id),
  code_hash     bytea    NOT NULL,
  created_at    timestamptz    NOT NULL,
  created_by    bigint NOT NULL,
  expires_at    timestamptz    NOT NULL,
  failed        bigint NOT NULL,
  locked_until  timestamptz,
  version       bigint NOT NULL
);
CREATE INDEX account_user_unit ON account_user (unit_id);
