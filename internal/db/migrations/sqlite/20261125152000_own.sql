-- A worker (职工) logs in to the own file. registry_login ties an account to a file, so that accounts hold nobody's data and an
-- erasure can end the login with the file. registry_slip is the activation code of a slip (激活条): its SM3 alone, with the tries
-- that failed; using it, or the fifth wrong try, removes the row. registry_notice says which version of the notice (告知书) a
-- person has read and when, registry_notice_text what that version said. registry_consent is one row for each time a consent
-- (单独同意) was given or withdrawn; the last one counts, and without one there is none.
-- +goose Up
CREATE TABLE registry_login (
  worker_id  INTEGER NOT NULL PRIMARY KEY,
  user_id    INTEGER NOT NULL,
  made_at    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_login_user ON registry_login (user_id);

CREATE TABLE registry_slip (
  worker_id  INTEGER NOT NULL PRIMARY KEY,
  code_hash  BLOB    NOT NULL,
  made_at    TEXT    NOT NULL,
  made_by    INTEGER NOT NULL,
  expires_at TEXT    NOT NULL,
  failed     INTEGER NOT NULL,
  version    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_slip_code ON registry_slip (code_hash);

CREATE TABLE registry_notice (
  worker_id    INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  notice       TEXT    NOT NULL,
  accepted_at  TEXT    NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_notice_text (
  notice      TEXT NOT NULL PRIMARY KEY,
  text        TEXT NOT NULL,
  first_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_consent (
  worker_id  INTEGER NOT NULL,
  id         INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  given      INTEGER NOT NULL,
  said_at    TEXT    NOT NULL,
  PRIMARY KEY (worker_id, id),
  CHECK (kind IN ('bank_account', 'photo', 'public_display'))
) STRICT, WITHOUT ROWID;
