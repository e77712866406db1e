-- People (职工档案) and their sourced rows. Rows are never changed, only marked withdrawn: what is
-- true follows from the rows in force. Everything that names a person is sealed under that person's
-- key, but name, pinyin, sex and birth month, which are searched and sorted.
-- +goose Up
CREATE TABLE registry_worker (
  worker_id    INTEGER PRIMARY KEY,
  wrapped_key  BLOB    NOT NULL,
  name         TEXT    NOT NULL,
  name_fold    TEXT    NOT NULL,
  pinyin_fold   TEXT    NOT NULL,
  initials_fold TEXT    NOT NULL,
  id_kind      TEXT    NOT NULL,
  id_sealed    BLOB    NOT NULL,
  phone_sealed BLOB,
  sex          INTEGER NOT NULL,
  birth_month  INTEGER NOT NULL,
  unit_id      INTEGER NOT NULL,
  employer_id  INTEGER NOT NULL,
  district     INTEGER NOT NULL,
  rank         INTEGER NOT NULL,
  rank_ever    INTEGER NOT NULL,
  worker_class INTEGER NOT NULL,
  created_at   TEXT    NOT NULL,
  version      INTEGER NOT NULL
) STRICT;
CREATE INDEX registry_worker_unit ON registry_worker (unit_id, worker_id);

-- The numbers of people by blind index, so that uniqueness does not need a second key on the people.
CREATE TABLE registry_number (
  number_index BLOB    PRIMARY KEY,
  worker_id    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_certificate_number (
  number_index BLOB    PRIMARY KEY,
  worker_id    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_identity (
  worker_id    INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  sex          INTEGER NOT NULL,
  birth_month  INTEGER NOT NULL,
  reason       TEXT    NOT NULL,
  recorded_at  TEXT    NOT NULL,
  recorded_by  INTEGER NOT NULL,
  withdrawn_at TEXT,
  PRIMARY KEY (worker_id, id)
) STRICT;

CREATE TABLE registry_employment (
  worker_id    INTEGER NOT NULL,
  id           INTEGER NOT NULL,
  employer_id  INTEGER NOT NULL,
  as_of        TEXT    NOT NULL,
  started_on   TEXT,
  left_on      TEXT,
  post         INTEGER NOT NULL,
  occupation   INTEGER NOT NULL,
  member       INTEGER NOT NULL,
  main         INTEGER NOT NULL,
  sex          INTEGER NOT NULL,
  birth_month  INTEGER NOT NULL,
  import_id    INTEGER NOT NULL,
  line         INTEGER NOT NULL,
  recorded_at  TEXT    NOT NULL,
  withdrawn_at TEXT,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_employment_import ON registry_employment (import_id);
CREATE INDEX registry_employment_employer ON registry_employment (employer_id);

CREATE TABLE registry_certificate (
  worker_id     INTEGER NOT NULL,
  id            INTEGER NOT NULL,
  number_index  BLOB    NOT NULL,
  number_sealed BLOB    NOT NULL,
  as_of         TEXT    NOT NULL,
  rank          INTEGER NOT NULL,
  occupation    INTEGER NOT NULL,
  issued_on     TEXT    NOT NULL,
  expires_on    TEXT    NOT NULL,
  revoked_on    TEXT,
  district      INTEGER NOT NULL,
  sex           INTEGER NOT NULL,
  birth_month   INTEGER NOT NULL,
  import_id     INTEGER NOT NULL,
  line          INTEGER NOT NULL,
  recorded_at   TEXT    NOT NULL,
  withdrawn_at  TEXT,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_certificate_import ON registry_certificate (import_id);
CREATE INDEX registry_certificate_district ON registry_certificate (district);

-- People absent from a complete roster (全量), until somebody decides.
CREATE TABLE registry_leaver (
  worker_id   INTEGER NOT NULL,
  import_id   INTEGER NOT NULL,
  employer_id INTEGER NOT NULL,
  as_of       TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  decided_at  TEXT,
  decided_by  INTEGER NOT NULL,
  PRIMARY KEY (worker_id, import_id)
) STRICT;
CREATE INDEX registry_leaver_import ON registry_leaver (import_id);

-- Outside statistics (外部统计): one series per indicator and district, one row per statement.
CREATE TABLE registry_statistic (
  id           INTEGER PRIMARY KEY,
  series_id    INTEGER NOT NULL,
  indicator    TEXT    NOT NULL,
  district     INTEGER NOT NULL,
  as_of        TEXT    NOT NULL,
  value        INTEGER NOT NULL,
  source       TEXT    NOT NULL,
  import_id    INTEGER NOT NULL,
  line         INTEGER NOT NULL,
  recorded_at  TEXT    NOT NULL,
  withdrawn_at TEXT
) STRICT;
CREATE INDEX registry_statistic_series ON registry_statistic (indicator, district);
CREATE INDEX registry_statistic_import ON registry_statistic (import_id);
