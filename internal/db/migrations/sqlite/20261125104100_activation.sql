-- Activation codes (激活码) of accounts that were made in bulk and have no password yet. Only the SM3 of a code is
-- kept, a new slip replaces it, and using it removes the row: a copy of the database opens no account.
-- +goose Up
CREATE TABLE account_activation (
  user_id       INTEGER PRIMARY KEY REFERENCES account_user (user_id),
  code_hash     BLOB    NOT NULL,
  created_at    TEXT    NOT NULL,
  created_by    INTEGER NOT NULL,
  expires_at    TEXT    NOT NULL,
  failed        INTEGER NOT NULL,
  locked_until  TEXT,
  version       INTEGER NOT NULL
) STRICT;
CREATE INDEX account_user_unit ON account_user (unit_id);
