-- People (职工档案) and their sourced rows. Rows are never changed, only marked withdrawn: what is
-- true follows from the rows in force. Everything that names a person is sealed under that person's
-- key, but name, pinyin, sex and birth month, which are searched and sorted.
-- +goose Up
CREATE TABLE registry_worker (
  worker_id    bigint PRIMARY KEY,
  wrapped_key  bytea    NOT NULL,
  name         text    NOT NULL,
  name_fold    text    NOT NULL,
  pinyin_fold   text    NOT NULL,
  initials_fold text    NOT NULL,
  id_kind      text    NOT NULL,
  id_sealed    bytea    NOT NULL,
  phone_sealed bytea,
  sex          bigint NOT NULL,
  birth_month  bigint NOT NULL,
  unit_id      bigint NOT NULL,
  employer_id  bigint NOT NULL,
  district     bigint NOT NULL,
  rank         bigint NOT NULL,
  rank_ever    bigint NOT NULL,
  worker_class bigint NOT NULL,
  created_at   timestamptz    NOT NULL,
  version      bigint NOT NULL
);
CREATE INDEX registry_worker_unit ON registry_worker (unit_id, worker_id);

-- The numbers of people by blind index, so that uniqueness does not need a second key on the people.
CREATE TABLE registry_number (
  number_index bytea    PRIMARY KEY,
  worker_id    bigint NOT NULL
);

CREATE TABLE registry_certificate_number (
  number_index bytea    PRIMARY KEY,
  worker_id    bigint NOT NULL
);

CREATE TABLE registry_identity (
  worker_id    bigint NOT NULL,
  id           bigint NOT NULL,
  sex          bigint NOT NULL,
  birth_month  bigint NOT NULL,
  reason       text    NOT NULL,
  recorded_at  timestamptz    NOT NULL,
  recorded_by  bigint NOT NULL,
  withdrawn_at timestamptz,
  PRIMARY KEY (worker_id, id)
);

CREATE TABLE registry_employment (
  worker_id    bigint NOT NULL,
  id           bigint NOT NULL,
  employer_id  bigint NOT NULL,
  as_of        date    NOT NULL,
  started_on   date,
  left_on      date,
  post         bigint NOT NULL,
  occupation   bigint NOT NULL,
  member       boolean NOT NULL,
  main         boolean NOT NULL,
  sex          bigint NOT NULL,
  birth_month  bigint NOT NULL,
  import_id    bigint NOT NULL,
  line         bigint NOT NULL,
  recorded_at  timestamptz    NOT NULL,
  withdrawn_at timestamptz,
  PRIMARY KEY (worker_id, id)
);
CREATE INDEX registry_employment_import ON registry_employment (import_id);
CREATE INDEX registry_employment_employer ON registry_employment (employer_id);

CREATE TABLE registry_certificate (
  worker_id     bigint NOT NULL,
  id            bigint NOT NULL,
  number_index  bytea    NOT NULL,
  number_sealed bytea    NOT NULL,
  as_of         date    NOT NULL,
  rank          bigint NOT NULL,
  occupation    bigint NOT NULL,
  issued_on     date    NOT NULL,
  expires_on    date    NOT NULL,
  revoked_on    date,
  district      bigint NOT NULL,
  sex           bigint NOT NULL,
  birth_month   bigint NOT NULL,
  import_id     bigint NOT NULL,
  line          bigint NOT NULL,
  recorded_at   timestamptz    NOT NULL,
  withdrawn_at  timestamptz,
  PRIMARY KEY (worker_id, id)
);
CREATE INDEX registry_certificate_import ON registry_certificate (import_id);
CREATE INDEX registry_certificate_district ON registry_certificate (district);

-- People absent from a complete roster (全量), until somebody decides.
CREATE TABLE registry_leaver (
  worker_id   bigint NOT NULL,
  import_id   bigint NOT NULL,
  employer_id bigint NOT NULL,
  as_of       date    NOT NULL,
  state       text    NOT NULL,
  decided_at  timestamptz,
  decided_by  bigint NOT NULL,
  PRIMARY KEY (worker_id, import_id)
);
CREATE INDEX registry_leaver_import ON registry_leaver (import_id);

-- Outside statistics (外部统计): one series per indicator and district, one row per statement.
CREATE TABLE registry_statistic (
  id           bigint PRIMARY KEY,
  series_id    bigint NOT NULL,
  indicator    text    NOT NULL,
  district     bigint NOT NULL,
  as_of        date    NOT NULL,
  value        bigint NOT NULL,
  source       text    NOT NULL,
  import_id    bigint NOT NULL,
  line         bigint NOT NULL,
  recorded_at  timestamptz    NOT NULL,
  withdrawn_at timestamptz
);
CREATE INDEX registry_statistic_series ON registry_statistic (indicator, district);
CREATE INDEX registry_statistic_import ON registry_statistic (import_id);
