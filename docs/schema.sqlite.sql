-- The tables of Tuoxing on SQLite after all migrations, without those of goose and River.
-- Written by: go test ./internal/db -update

CREATE TABLE account_activation (
  user_id            INTEGER     NOT NULL,
  code_hash          BLOB        NOT NULL,
  created_at         TEXT        NOT NULL,
  created_by         INTEGER     NOT NULL,
  expires_at         TEXT        NOT NULL,
  failed             INTEGER     NOT NULL,
  locked_until       TEXT,
  version            INTEGER     NOT NULL,
  PRIMARY KEY (user_id),
  FOREIGN KEY (user_id) REFERENCES account_user (user_id)
) STRICT;

CREATE TABLE account_columns (
  user_id            INTEGER     NOT NULL,
  list               TEXT        NOT NULL,
  columns            TEXT        NOT NULL,
  PRIMARY KEY (user_id, list)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_session (
  token_hash         BLOB        NOT NULL,
  user_id            INTEGER     NOT NULL,
  created_at         TEXT        NOT NULL,
  seen_at            TEXT        NOT NULL,
  PRIMARY KEY (token_hash),
  FOREIGN KEY (user_id) REFERENCES account_user (user_id)
) STRICT;
CREATE INDEX account_session_user ON account_session (user_id);

CREATE TABLE account_token (
  token_id           INTEGER     NOT NULL,
  user_id            INTEGER     NOT NULL,
  name               TEXT        NOT NULL,
  token_hash         BLOB        NOT NULL,
  rights             TEXT        NOT NULL,
  unit_id            INTEGER     NOT NULL,
  created_at         TEXT        NOT NULL,
  expires_on         TEXT        NOT NULL,
  used_at            TEXT,
  revoked_at         TEXT,
  PRIMARY KEY (token_id),
  UNIQUE (token_hash),
  FOREIGN KEY (user_id) REFERENCES account_user (user_id)
) STRICT;
CREATE INDEX account_token_user ON account_token (user_id, created_at);

CREATE TABLE account_user (
  user_id            INTEGER     NOT NULL,
  login              TEXT        NOT NULL,
  login_fold         TEXT        NOT NULL,
  name               TEXT        NOT NULL,
  name_fold          TEXT        NOT NULL,
  hash               TEXT        NOT NULL,
  role               TEXT        NOT NULL,
  unit_id            INTEGER     NOT NULL,
  must_change        INTEGER     NOT NULL,
  failed             INTEGER     NOT NULL,
  locked_until       TEXT,
  disabled_at        TEXT,
  created_at         TEXT        NOT NULL,
  version            INTEGER     NOT NULL,
  created_by         INTEGER     NOT NULL DEFAULT 0,
  last_login_at      TEXT,
  closed_at          TEXT,
  PRIMARY KEY (user_id),
  UNIQUE (login_fold)
) STRICT;
CREATE INDEX account_user_unit ON account_user (unit_id);

CREATE TABLE app_setting (
  name               TEXT        NOT NULL,
  value              TEXT        NOT NULL,
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE audit_check_head (
  id                 INTEGER     NOT NULL,
  number             INTEGER     NOT NULL,
  hash               BLOB        NOT NULL,
  begun_at           TEXT,
  at                 TEXT,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;

CREATE TABLE audit_entry (
  id                 INTEGER     NOT NULL,
  at                 TEXT        NOT NULL,
  user_id            INTEGER     NOT NULL,
  action             TEXT        NOT NULL,
  subject            TEXT        NOT NULL,
  detail             TEXT        NOT NULL,
  number             INTEGER,
  hash_before        BLOB,
  hash               BLOB,
  PRIMARY KEY (id),
  UNIQUE (number)
) STRICT;
CREATE INDEX audit_entry_action ON audit_entry (action, at, id);
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, at);
CREATE INDEX audit_entry_user ON audit_entry (user_id, at, id);

CREATE TABLE audit_head (
  id                 INTEGER     NOT NULL,
  version            INTEGER     NOT NULL,
  number             INTEGER     NOT NULL,
  hash               BLOB        NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;

CREATE TABLE db_process_head (
  id                 INTEGER     NOT NULL,
  number             INTEGER     NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;

CREATE TABLE filing_call (
  call_id            INTEGER     NOT NULL,
  title              TEXT        NOT NULL,
  note               TEXT        NOT NULL,
  kind               TEXT        NOT NULL,
  as_of_on           TEXT        NOT NULL,
  due_on             TEXT        NOT NULL,
  by_unit            INTEGER     NOT NULL,
  by_user            INTEGER     NOT NULL,
  created_at         TEXT        NOT NULL,
  PRIMARY KEY (call_id)
) STRICT;

CREATE TABLE filing_event (
  filing_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  at                 TEXT        NOT NULL,
  by_user            INTEGER     NOT NULL,
  act                TEXT        NOT NULL,
  reason             TEXT        NOT NULL,
  day_on             TEXT,
  import_id          INTEGER     NOT NULL,
  PRIMARY KEY (filing_id, id),
  FOREIGN KEY (filing_id) REFERENCES filing_unit (filing_id)
) STRICT;

CREATE TABLE filing_head (
  id                 INTEGER     NOT NULL,
  version            INTEGER     NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;

CREATE TABLE filing_unit (
  filing_id          INTEGER     NOT NULL,
  version            INTEGER     NOT NULL,
  call_id            INTEGER     NOT NULL,
  unit_id            INTEGER     NOT NULL,
  kind               TEXT        NOT NULL,
  as_of_on           TEXT        NOT NULL,
  state              TEXT        NOT NULL,
  was_returned       INTEGER     NOT NULL,
  due_on             TEXT        NOT NULL,
  import_id          INTEGER     NOT NULL,
  sent_at            TEXT,
  filled_in          INTEGER     NOT NULL,
  reason             TEXT        NOT NULL,
  asked_on           TEXT,
  asked_reason       TEXT        NOT NULL,
  PRIMARY KEY (filing_id),
  UNIQUE (unit_id, kind, as_of_on),
  FOREIGN KEY (call_id) REFERENCES filing_call (call_id),
  CHECK (state IN ('unsent', 'sent', 'returned', 'confirmed'))
) STRICT;
CREATE INDEX filing_unit_call ON filing_unit (call_id, state);

CREATE TABLE intake_import (
  id                 INTEGER     NOT NULL,
  version            INTEGER     NOT NULL,
  kind               TEXT        NOT NULL,
  state              TEXT        NOT NULL,
  name               TEXT        NOT NULL,
  sha256             TEXT        NOT NULL,
  size               INTEGER     NOT NULL,
  stored_name        TEXT        NOT NULL,
  stored_key         BLOB        NOT NULL,
  wrapped_key        BLOB        NOT NULL,
  as_of              TEXT        NOT NULL,
  is_full            INTEGER     NOT NULL,
  unit_id            INTEGER     NOT NULL,
  unit_code          TEXT        NOT NULL,
  confirm_absent     INTEGER     NOT NULL,
  by_user            INTEGER     NOT NULL,
  received_at        TEXT        NOT NULL,
  columns            TEXT        NOT NULL,
  rows_read          INTEGER     NOT NULL,
  accepted           INTEGER     NOT NULL,
  mended             INTEGER     NOT NULL,
  refused            INTEGER     NOT NULL,
  duplicate          INTEGER     NOT NULL,
  skipped            INTEGER     NOT NULL,
  applied            INTEGER     NOT NULL,
  proposed           INTEGER     NOT NULL,
  standing           INTEGER     NOT NULL,
  tried              INTEGER     NOT NULL,
  earlier_id         INTEGER     NOT NULL,
  block              INTEGER     NOT NULL,
  undo_block         INTEGER     NOT NULL,
  details            BLOB        NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX intake_import_same ON intake_import (sha256, kind);
CREATE INDEX intake_import_unit ON intake_import (unit_id, id);

CREATE TABLE intake_mapping (
  id                 INTEGER     NOT NULL,
  unit_id            INTEGER     NOT NULL,
  kind               TEXT        NOT NULL,
  headings           BLOB        NOT NULL,
  wrapped_key        BLOB        NOT NULL,
  details            BLOB        NOT NULL,
  made_at            TEXT        NOT NULL,
  made_by            INTEGER     NOT NULL,
  PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX intake_mapping_headings ON intake_mapping (unit_id, kind, headings);

CREATE TABLE intake_problem_batch (
  import_id          INTEGER     NOT NULL,
  batch              INTEGER     NOT NULL,
  rows               INTEGER     NOT NULL,
  sealed             BLOB        NOT NULL,
  PRIMARY KEY (import_id, batch)
) STRICT;

CREATE TABLE intake_row_batch (
  import_id          INTEGER     NOT NULL,
  batch              INTEGER     NOT NULL,
  first_line         INTEGER     NOT NULL,
  last_line          INTEGER     NOT NULL,
  heads              BLOB        NOT NULL,
  sealed             BLOB        NOT NULL,
  PRIMARY KEY (import_id, batch)
) STRICT;

CREATE TABLE intake_stage (
  import_id          INTEGER     NOT NULL,
  batch              INTEGER     NOT NULL,
  rows               INTEGER     NOT NULL,
  sealed             BLOB        NOT NULL,
  PRIMARY KEY (import_id, batch)
) STRICT;

CREATE TABLE ledger_block (
  number             INTEGER     NOT NULL,
  recorded_at        TEXT        NOT NULL,
  recorded_by        INTEGER     NOT NULL,
  facts              INTEGER     NOT NULL,
  pieces             INTEGER     NOT NULL,
  sums               BLOB        NOT NULL,
  hash_before        BLOB        NOT NULL,
  hash               BLOB        NOT NULL,
  PRIMARY KEY (number)
) STRICT;

CREATE TABLE ledger_fact (
  worker_id          INTEGER     NOT NULL,
  block              INTEGER     NOT NULL,
  position           INTEGER     NOT NULL,
  kind               INTEGER     NOT NULL,
  attr               TEXT        NOT NULL,
  quantity           INTEGER     NOT NULL,
  amount_fen         INTEGER     NOT NULL,
  cause              INTEGER     NOT NULL,
  entry              INTEGER     NOT NULL,
  occurred_on        TEXT        NOT NULL,
  employer_id        INTEGER     NOT NULL,
  using_id           INTEGER     NOT NULL,
  union_id           INTEGER     NOT NULL,
  district           INTEGER     NOT NULL,
  industry           INTEGER     NOT NULL,
  ownership          INTEGER     NOT NULL,
  size               INTEGER     NOT NULL,
  occupation         INTEGER     NOT NULL,
  rank               INTEGER     NOT NULL,
  rank_ever          INTEGER     NOT NULL,
  sex                INTEGER     NOT NULL,
  birth_month        INTEGER     NOT NULL,
  member             INTEGER     NOT NULL,
  worker_class       INTEGER     NOT NULL,
  subject_id         INTEGER     NOT NULL,
  import_id          INTEGER     NOT NULL,
  line               INTEGER     NOT NULL,
  reverses_block     INTEGER     NOT NULL,
  reverses_position  INTEGER     NOT NULL,
  PRIMARY KEY (worker_id, block, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_fact_place ON ledger_fact (block, position);
CREATE INDEX ledger_fact_subject ON ledger_fact (kind, subject_id) WHERE worker_id = 0;

CREATE TABLE ledger_head (
  id                 INTEGER     NOT NULL,
  number             INTEGER     NOT NULL,
  hash               BLOB        NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;

CREATE TABLE ledger_piece (
  block              INTEGER     NOT NULL,
  piece              INTEGER     NOT NULL,
  facts              INTEGER     NOT NULL,
  packed             BLOB        NOT NULL,
  PRIMARY KEY (block, piece)
) STRICT;

CREATE TABLE org_head (
  id                 INTEGER     NOT NULL,
  version            INTEGER     NOT NULL,
  numbered_on        TEXT        NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;

CREATE TABLE org_observation (
  unit_id            INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  as_of_on           TEXT        NOT NULL,
  kind               TEXT        NOT NULL,
  name               TEXT        NOT NULL,
  code               TEXT        NOT NULL,
  parent_id          INTEGER     NOT NULL,
  district           INTEGER     NOT NULL,
  industry           INTEGER     NOT NULL,
  ownership          INTEGER     NOT NULL,
  size               INTEGER     NOT NULL,
  founded_on         TEXT,
  import_id          INTEGER     NOT NULL,
  line               INTEGER     NOT NULL,
  withdrawn          INTEGER     NOT NULL,
  ended_on           TEXT,
  PRIMARY KEY (unit_id, id),
  FOREIGN KEY (unit_id) REFERENCES org_unit (unit_id)
) STRICT;
CREATE INDEX org_observation_import ON org_observation (import_id);

CREATE TABLE org_unit (
  unit_id            INTEGER     NOT NULL,
  code               TEXT,
  kind               TEXT        NOT NULL,
  lo                 INTEGER     NOT NULL,
  hi                 INTEGER     NOT NULL,
  version            INTEGER     NOT NULL,
  PRIMARY KEY (unit_id),
  UNIQUE (code)
) STRICT;
CREATE INDEX org_unit_lo ON org_unit (lo);

CREATE TABLE registry_alias (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  survivor_id        INTEGER     NOT NULL,
  merged_at          TEXT        NOT NULL,
  merged_by          INTEGER     NOT NULL,
  withdrawn_at       TEXT,
  withdrawn_by       INTEGER     NOT NULL,
  why                TEXT        NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT;
CREATE UNIQUE INDEX registry_alias_one ON registry_alias (worker_id) WHERE withdrawn_at IS NULL;
CREATE INDEX registry_alias_survivor ON registry_alias (survivor_id) WHERE withdrawn_at IS NULL;

CREATE TABLE registry_certificate (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  number_index       BLOB        NOT NULL,
  number_sealed      BLOB        NOT NULL,
  as_of              TEXT        NOT NULL,
  rank               INTEGER     NOT NULL,
  occupation         INTEGER     NOT NULL,
  issued_on          TEXT        NOT NULL,
  expires_on         TEXT        NOT NULL,
  revoked_on         TEXT,
  district           INTEGER     NOT NULL,
  sex                INTEGER     NOT NULL,
  birth_month        INTEGER     NOT NULL,
  import_id          INTEGER     NOT NULL,
  line               INTEGER     NOT NULL,
  recorded_at        TEXT        NOT NULL,
  withdrawn_at       TEXT,
  sender             INTEGER     NOT NULL DEFAULT 0,
  form               INTEGER     NOT NULL DEFAULT 0,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_certificate_district ON registry_certificate (district);
CREATE INDEX registry_certificate_import ON registry_certificate (import_id);

CREATE TABLE registry_certificate_number (
  number_index       BLOB        NOT NULL,
  worker_id          INTEGER     NOT NULL,
  PRIMARY KEY (number_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_claim (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  field              TEXT        NOT NULL,
  value              TEXT        NOT NULL,
  as_of              TEXT        NOT NULL,
  import_id          INTEGER     NOT NULL,
  line               INTEGER     NOT NULL,
  sender             INTEGER     NOT NULL,
  recorded_at        TEXT        NOT NULL,
  withdrawn_at       TEXT,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_claim_import ON registry_claim (import_id);

CREATE TABLE registry_conflict (
  worker_id          INTEGER     NOT NULL,
  kind               TEXT        NOT NULL,
  about              INTEGER     NOT NULL,
  task               INTEGER     NOT NULL,
  ruling_id          INTEGER     NOT NULL,
  found_at           TEXT        NOT NULL,
  PRIMARY KEY (worker_id, kind, about)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_consent (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  kind               TEXT        NOT NULL,
  given              INTEGER     NOT NULL,
  said_at            TEXT        NOT NULL,
  PRIMARY KEY (worker_id, id),
  CHECK (kind IN ('bank_account', 'photo', 'public_display'))
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_duplicate (
  worker_id          INTEGER     NOT NULL,
  other_id           INTEGER     NOT NULL,
  keep_id            INTEGER     NOT NULL,
  grade              INTEGER     NOT NULL,
  evidence           TEXT        NOT NULL,
  places             TEXT        NOT NULL,
  state              TEXT        NOT NULL,
  found_at           TEXT        NOT NULL,
  decided_at         TEXT,
  decided_by         INTEGER     NOT NULL,
  reason             TEXT        NOT NULL,
  version            INTEGER     NOT NULL,
  PRIMARY KEY (worker_id, other_id)
) STRICT;
CREATE INDEX registry_duplicate_other ON registry_duplicate (other_id);
CREATE INDEX registry_duplicate_state ON registry_duplicate (state, grade, worker_id);

CREATE TABLE registry_employment (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  employer_id        INTEGER     NOT NULL,
  as_of              TEXT        NOT NULL,
  started_on         TEXT,
  left_on            TEXT,
  post               INTEGER     NOT NULL,
  occupation         INTEGER     NOT NULL,
  member             INTEGER     NOT NULL,
  main               INTEGER     NOT NULL,
  sex                INTEGER     NOT NULL,
  birth_month        INTEGER     NOT NULL,
  import_id          INTEGER     NOT NULL,
  line               INTEGER     NOT NULL,
  recorded_at        TEXT        NOT NULL,
  withdrawn_at       TEXT,
  phone_sealed       BLOB,
  sender             INTEGER     NOT NULL DEFAULT 0,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_employment_employer ON registry_employment (employer_id);
CREATE INDEX registry_employment_import ON registry_employment (import_id);

CREATE TABLE registry_identity (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  sex                INTEGER     NOT NULL,
  birth_month        INTEGER     NOT NULL,
  reason             TEXT        NOT NULL,
  recorded_at        TEXT        NOT NULL,
  recorded_by        INTEGER     NOT NULL,
  withdrawn_at       TEXT,
  PRIMARY KEY (worker_id, id)
) STRICT;

CREATE TABLE registry_leaver (
  worker_id          INTEGER     NOT NULL,
  import_id          INTEGER     NOT NULL,
  employer_id        INTEGER     NOT NULL,
  as_of              TEXT        NOT NULL,
  state              TEXT        NOT NULL,
  decided_at         TEXT,
  decided_by         INTEGER     NOT NULL,
  PRIMARY KEY (worker_id, import_id)
) STRICT;
CREATE INDEX registry_leaver_import ON registry_leaver (import_id);

CREATE TABLE registry_login (
  worker_id          INTEGER     NOT NULL,
  user_id            INTEGER     NOT NULL,
  made_at            TEXT        NOT NULL,
  PRIMARY KEY (worker_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_login_user ON registry_login (user_id);

CREATE TABLE registry_notice (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  notice             TEXT        NOT NULL,
  accepted_at        TEXT        NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_notice_text (
  notice             TEXT        NOT NULL,
  text               TEXT        NOT NULL,
  first_at           TEXT        NOT NULL,
  PRIMARY KEY (notice)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_number (
  number_index       BLOB        NOT NULL,
  worker_id          INTEGER     NOT NULL,
  PRIMARY KEY (number_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_request (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  kind               TEXT        NOT NULL,
  received_on        TEXT        NOT NULL,
  due_on             TEXT        NOT NULL,
  state              TEXT        NOT NULL,
  text_sealed        BLOB        NOT NULL,
  answer_sealed      BLOB        NOT NULL,
  registered_at      TEXT        NOT NULL,
  registered_by      INTEGER     NOT NULL,
  copied_at          TEXT,
  decided_at         TEXT,
  decided_by         INTEGER     NOT NULL,
  import_id          INTEGER     NOT NULL,
  PRIMARY KEY (worker_id, id),
  CHECK (kind IN ('copy', 'correct', 'erase', 'opinion')),
  CHECK (state IN ('open', 'done', 'refused'))
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_request_due ON registry_request (due_on) WHERE state = 'open';
CREATE UNIQUE INDEX registry_request_open ON registry_request (worker_id, kind) WHERE state = 'open' AND kind <> 'opinion';

CREATE TABLE registry_revocation (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  number_index       BLOB        NOT NULL,
  revoked_on         TEXT        NOT NULL,
  reason             TEXT        NOT NULL,
  recorded_at        TEXT        NOT NULL,
  recorded_by        INTEGER     NOT NULL,
  withdrawn_at       TEXT,
  withdrawn_by       INTEGER     NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_roll_change (
  number             INTEGER     NOT NULL,
  first_id           INTEGER     NOT NULL,
  last_id            INTEGER     NOT NULL,
  PRIMARY KEY (number, first_id)
) STRICT;

CREATE TABLE registry_roll_head (
  id                 INTEGER     NOT NULL,
  number             INTEGER     NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
) STRICT;

CREATE TABLE registry_ruling (
  worker_id          INTEGER     NOT NULL,
  id                 INTEGER     NOT NULL,
  kind               TEXT        NOT NULL,
  kept_id            INTEGER     NOT NULL,
  reason             TEXT        NOT NULL,
  recorded_at        TEXT        NOT NULL,
  recorded_by        INTEGER     NOT NULL,
  withdrawn_at       TEXT,
  withdrawn_by       INTEGER     NOT NULL,
  PRIMARY KEY (worker_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_slip (
  worker_id          INTEGER     NOT NULL,
  code_hash          BLOB        NOT NULL,
  made_at            TEXT        NOT NULL,
  made_by            INTEGER     NOT NULL,
  expires_at         TEXT        NOT NULL,
  failed             INTEGER     NOT NULL,
  version            INTEGER     NOT NULL,
  PRIMARY KEY (worker_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_slip_code ON registry_slip (code_hash);

CREATE TABLE registry_statistic (
  id                 INTEGER     NOT NULL,
  series_id          INTEGER     NOT NULL,
  indicator          TEXT        NOT NULL,
  district           INTEGER     NOT NULL,
  as_of              TEXT        NOT NULL,
  value              INTEGER     NOT NULL,
  source             TEXT        NOT NULL,
  import_id          INTEGER     NOT NULL,
  line               INTEGER     NOT NULL,
  recorded_at        TEXT        NOT NULL,
  withdrawn_at       TEXT,
  PRIMARY KEY (id)
) STRICT;
CREATE INDEX registry_statistic_import ON registry_statistic (import_id);
CREATE INDEX registry_statistic_series ON registry_statistic (indicator, district);

CREATE TABLE registry_worker (
  worker_id          INTEGER     NOT NULL,
  wrapped_key        BLOB        NOT NULL,
  name               TEXT        NOT NULL,
  name_fold          TEXT        NOT NULL,
  pinyin_fold        TEXT        NOT NULL,
  initials_fold      TEXT        NOT NULL,
  id_kind            TEXT        NOT NULL,
  id_sealed          BLOB        NOT NULL,
  phone_sealed       BLOB,
  sex                INTEGER     NOT NULL,
  birth_month        INTEGER     NOT NULL,
  unit_id            INTEGER     NOT NULL,
  employer_id        INTEGER     NOT NULL,
  district           INTEGER     NOT NULL,
  rank               INTEGER     NOT NULL,
  rank_ever          INTEGER     NOT NULL,
  worker_class       INTEGER     NOT NULL,
  created_at         TEXT        NOT NULL,
  version            INTEGER     NOT NULL,
  survivor_id        INTEGER     NOT NULL DEFAULT 0,
  PRIMARY KEY (worker_id)
) STRICT;
CREATE INDEX registry_worker_unit ON registry_worker (unit_id, worker_id);
