-- The tables of Tuoxing on PostgreSQL after all migrations, without those of goose and River.
-- Written by: go test ./internal/db -update with TUOXING_TEST_DB set

CREATE TABLE account_activation (
  user_id            bigint      NOT NULL,
  code_hash          bytea       NOT NULL,
  created_at         timestamptz NOT NULL,
  created_by         bigint      NOT NULL,
  expires_at         timestamptz NOT NULL,
  failed             bigint      NOT NULL,
  locked_until       timestamptz,
  version            bigint      NOT NULL,
  PRIMARY KEY (user_id),
  FOREIGN KEY (user_id) REFERENCES account_user (user_id)
);

CREATE TABLE account_columns (
  user_id            bigint      NOT NULL,
  list               text        NOT NULL,
  columns            text        NOT NULL,
  PRIMARY KEY (user_id, list)
);

CREATE TABLE account_session (
  token_hash         bytea       NOT NULL,
  user_id            bigint      NOT NULL,
  created_at         timestamptz NOT NULL,
  seen_at            timestamptz NOT NULL,
  PRIMARY KEY (token_hash),
  FOREIGN KEY (user_id) REFERENCES account_user (user_id)
);
CREATE INDEX account_session_user ON account_session (user_id);

CREATE TABLE account_token (
  token_id           bigint      NOT NULL,
  user_id            bigint      NOT NULL,
  name               text        NOT NULL,
  token_hash         bytea       NOT NULL,
  rights             text        NOT NULL,
  unit_id            bigint      NOT NULL,
  created_at         timestamptz NOT NULL,
  expires_on         date        NOT NULL,
  used_at            timestamptz,
  revoked_at         timestamptz,
  PRIMARY KEY (token_id),
  UNIQUE (token_hash),
  FOREIGN KEY (user_id) REFERENCES account_user (user_id)
);
CREATE INDEX account_token_user ON account_token (user_id, created_at);

CREATE TABLE account_user (
  user_id            bigint      NOT NULL,
  login              text        NOT NULL,
  login_fold         text        NOT NULL,
  name               text        NOT NULL,
  name_fold          text        NOT NULL,
  hash               text        NOT NULL,
  role               text        NOT NULL,
  unit_id            bigint      NOT NULL,
  must_change        boolean     NOT NULL,
  failed             bigint      NOT NULL,
  locked_until       timestamptz,
  disabled_at        timestamptz,
  created_at         timestamptz NOT NULL,
  version            bigint      NOT NULL,
  created_by         bigint      NOT NULL DEFAULT 0,
  last_login_at      timestamptz,
  closed_at          timestamptz,
  PRIMARY KEY (user_id),
  UNIQUE (login_fold)
);
CREATE INDEX account_user_unit ON account_user (unit_id);

CREATE TABLE app_setting (
  name               text        NOT NULL,
  value              text        NOT NULL,
  PRIMARY KEY (name)
);

CREATE TABLE audit_check_head (
  id                 bigint      NOT NULL,
  number             bigint      NOT NULL,
  hash               bytea       NOT NULL,
  begun_at           timestamptz,
  at                 timestamptz,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE audit_entry (
  id                 bigint      NOT NULL,
  at                 timestamptz NOT NULL,
  user_id            bigint      NOT NULL,
  action             text        NOT NULL,
  subject            text        NOT NULL,
  detail             text        NOT NULL,
  number             bigint,
  hash_before        bytea,
  hash               bytea,
  PRIMARY KEY (id),
  UNIQUE (number)
);
CREATE INDEX audit_entry_action ON audit_entry (action, at, id);
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, at);
CREATE INDEX audit_entry_user ON audit_entry (user_id, at, id);

CREATE TABLE audit_head (
  id                 bigint      NOT NULL,
  version            bigint      NOT NULL,
  number             bigint      NOT NULL,
  hash               bytea       NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE db_process_head (
  id                 bigint      NOT NULL,
  number             bigint      NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE filing_call (
  call_id            bigint      NOT NULL,
  title              text        NOT NULL,
  note               text        NOT NULL,
  kind               text        NOT NULL,
  as_of_on           date        NOT NULL,
  due_on             date        NOT NULL,
  by_unit            bigint      NOT NULL,
  by_user            bigint      NOT NULL,
  created_at         timestamptz NOT NULL,
  PRIMARY KEY (call_id)
);

CREATE TABLE filing_event (
  filing_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  at                 timestamptz NOT NULL,
  by_user            bigint      NOT NULL,
  act                text        NOT NULL,
  reason             text        NOT NULL,
  day_on             date,
  import_id          bigint      NOT NULL,
  PRIMARY KEY (filing_id, id),
  FOREIGN KEY (filing_id) REFERENCES filing_unit (filing_id)
);

CREATE TABLE filing_head (
  id                 bigint      NOT NULL,
  version            bigint      NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE filing_unit (
  filing_id          bigint      NOT NULL,
  version            bigint      NOT NULL,
  call_id            bigint      NOT NULL,
  unit_id            bigint      NOT NULL,
  kind               text        NOT NULL,
  as_of_on           date        NOT NULL,
  state              text        NOT NULL,
  was_returned       boolean     NOT NULL,
  due_on             date        NOT NULL,
  import_id          bigint      NOT NULL,
  sent_at            timestamptz,
  filled_in          boolean     NOT NULL,
  reason             text        NOT NULL,
  asked_on           date,
  asked_reason       text        NOT NULL,
  PRIMARY KEY (filing_id),
  UNIQUE (unit_id, kind, as_of_on),
  FOREIGN KEY (call_id) REFERENCES filing_call (call_id),
  CHECK ((state = ANY (ARRAY['unsent', 'sent', 'returned', 'confirmed'])))
);
CREATE INDEX filing_unit_call ON filing_unit (call_id, state);

CREATE TABLE intake_import (
  id                 bigint      NOT NULL,
  version            bigint      NOT NULL,
  kind               text        NOT NULL,
  state              text        NOT NULL,
  name               text        NOT NULL,
  sha256             text        NOT NULL,
  size               bigint      NOT NULL,
  stored_name        text        NOT NULL,
  stored_key         bytea       NOT NULL,
  wrapped_key        bytea       NOT NULL,
  as_of              date        NOT NULL,
  is_full            boolean     NOT NULL,
  unit_id            bigint      NOT NULL,
  unit_code          text        NOT NULL,
  confirm_absent     bigint      NOT NULL,
  by_user            bigint      NOT NULL,
  received_at        timestamptz NOT NULL,
  columns            text        NOT NULL,
  rows_read          bigint      NOT NULL,
  accepted           bigint      NOT NULL,
  mended             bigint      NOT NULL,
  refused            bigint      NOT NULL,
  duplicate          bigint      NOT NULL,
  skipped            bigint      NOT NULL,
  applied            bigint      NOT NULL,
  proposed           bigint      NOT NULL,
  standing           bigint      NOT NULL,
  tried              boolean     NOT NULL,
  earlier_id         bigint      NOT NULL,
  block              bigint      NOT NULL,
  undo_block         bigint      NOT NULL,
  details            bytea       NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX intake_import_same ON intake_import (sha256, kind);
CREATE INDEX intake_import_unit ON intake_import (unit_id, id);

CREATE TABLE intake_mapping (
  id                 bigint      NOT NULL,
  unit_id            bigint      NOT NULL,
  kind               text        NOT NULL,
  headings           bytea       NOT NULL,
  wrapped_key        bytea       NOT NULL,
  details            bytea       NOT NULL,
  made_at            timestamptz NOT NULL,
  made_by            bigint      NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX intake_mapping_headings ON intake_mapping (unit_id, kind, headings);

CREATE TABLE intake_problem_batch (
  import_id          bigint      NOT NULL,
  batch              bigint      NOT NULL,
  rows               bigint      NOT NULL,
  sealed             bytea       NOT NULL,
  PRIMARY KEY (import_id, batch)
);

CREATE TABLE intake_row_batch (
  import_id          bigint      NOT NULL,
  batch              bigint      NOT NULL,
  first_line         bigint      NOT NULL,
  last_line          bigint      NOT NULL,
  heads              bytea       NOT NULL,
  sealed             bytea       NOT NULL,
  PRIMARY KEY (import_id, batch)
);

CREATE TABLE intake_stage (
  import_id          bigint      NOT NULL,
  batch              bigint      NOT NULL,
  rows               bigint      NOT NULL,
  sealed             bytea       NOT NULL,
  PRIMARY KEY (import_id, batch)
);

CREATE TABLE ledger_block (
  number             bigint      NOT NULL,
  recorded_at        timestamptz NOT NULL,
  recorded_by        bigint      NOT NULL,
  facts              bigint      NOT NULL,
  pieces             bigint      NOT NULL,
  sums               bytea       NOT NULL,
  hash_before        bytea       NOT NULL,
  hash               bytea       NOT NULL,
  PRIMARY KEY (number)
);

CREATE TABLE ledger_fact (
  worker_id          bigint      NOT NULL,
  block              bigint      NOT NULL,
  position           bigint      NOT NULL,
  kind               bigint      NOT NULL,
  attr               text        NOT NULL,
  quantity           bigint      NOT NULL,
  amount_fen         bigint      NOT NULL,
  cause              bigint      NOT NULL,
  entry              bigint      NOT NULL,
  occurred_on        date        NOT NULL,
  employer_id        bigint      NOT NULL,
  using_id           bigint      NOT NULL,
  union_id           bigint      NOT NULL,
  district           bigint      NOT NULL,
  industry           bigint      NOT NULL,
  ownership          bigint      NOT NULL,
  size               bigint      NOT NULL,
  occupation         bigint      NOT NULL,
  rank               bigint      NOT NULL,
  rank_ever          bigint      NOT NULL,
  sex                bigint      NOT NULL,
  birth_month        bigint      NOT NULL,
  member             bigint      NOT NULL,
  worker_class       bigint      NOT NULL,
  subject_id         bigint      NOT NULL,
  import_id          bigint      NOT NULL,
  line               bigint      NOT NULL,
  reverses_block     bigint      NOT NULL,
  reverses_position  bigint      NOT NULL,
  PRIMARY KEY (worker_id, block, position)
);
CREATE INDEX ledger_fact_place ON ledger_fact (block, position);
CREATE INDEX ledger_fact_subject ON ledger_fact (kind, subject_id) WHERE worker_id = 0;

CREATE TABLE ledger_head (
  id                 bigint      NOT NULL,
  number             bigint      NOT NULL,
  hash               bytea       NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE ledger_piece (
  block              bigint      NOT NULL,
  piece              bigint      NOT NULL,
  facts              bigint      NOT NULL,
  packed             bytea       NOT NULL,
  PRIMARY KEY (block, piece)
);

CREATE TABLE org_head (
  id                 bigint      NOT NULL,
  version            bigint      NOT NULL,
  numbered_on        date        NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE org_observation (
  unit_id            bigint      NOT NULL,
  id                 bigint      NOT NULL,
  as_of_on           date        NOT NULL,
  kind               text        NOT NULL,
  name               text        NOT NULL,
  code               text        NOT NULL,
  parent_id          bigint      NOT NULL,
  district           bigint      NOT NULL,
  industry           bigint      NOT NULL,
  ownership          bigint      NOT NULL,
  size               bigint      NOT NULL,
  founded_on         date,
  import_id          bigint      NOT NULL,
  line               bigint      NOT NULL,
  withdrawn          boolean     NOT NULL,
  ended_on           date,
  PRIMARY KEY (unit_id, id),
  FOREIGN KEY (unit_id) REFERENCES org_unit (unit_id)
);
CREATE INDEX org_observation_import ON org_observation (import_id);

CREATE TABLE org_unit (
  unit_id            bigint      NOT NULL,
  code               text,
  kind               text        NOT NULL,
  lo                 bigint      NOT NULL,
  hi                 bigint      NOT NULL,
  version            bigint      NOT NULL,
  PRIMARY KEY (unit_id),
  UNIQUE (code)
);
CREATE INDEX org_unit_lo ON org_unit (lo);

CREATE TABLE registry_alias (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  survivor_id        bigint      NOT NULL,
  merged_at          timestamptz NOT NULL,
  merged_by          bigint      NOT NULL,
  withdrawn_at       timestamptz,
  withdrawn_by       bigint      NOT NULL,
  why                text        NOT NULL,
  PRIMARY KEY (worker_id, id)
);
CREATE UNIQUE INDEX registry_alias_one ON registry_alias (worker_id) WHERE withdrawn_at IS NULL;
CREATE INDEX registry_alias_survivor ON registry_alias (survivor_id) WHERE withdrawn_at IS NULL;

CREATE TABLE registry_certificate (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  number_index       bytea       NOT NULL,
  number_sealed      bytea       NOT NULL,
  as_of              date        NOT NULL,
  rank               bigint      NOT NULL,
  occupation         bigint      NOT NULL,
  issued_on          date        NOT NULL,
  expires_on         date        NOT NULL,
  revoked_on         date,
  district           bigint      NOT NULL,
  sex                bigint      NOT NULL,
  birth_month        bigint      NOT NULL,
  import_id          bigint      NOT NULL,
  line               bigint      NOT NULL,
  recorded_at        timestamptz NOT NULL,
  withdrawn_at       timestamptz,
  sender             bigint      NOT NULL DEFAULT 0,
  form               bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (worker_id, id)
);
CREATE INDEX registry_certificate_district ON registry_certificate (district);
CREATE INDEX registry_certificate_import ON registry_certificate (import_id);

CREATE TABLE registry_certificate_number (
  number_index       bytea       NOT NULL,
  worker_id          bigint      NOT NULL,
  PRIMARY KEY (number_index)
);

CREATE TABLE registry_claim (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  field              text        NOT NULL,
  value              text        NOT NULL,
  as_of              date        NOT NULL,
  import_id          bigint      NOT NULL,
  line               bigint      NOT NULL,
  sender             bigint      NOT NULL,
  recorded_at        timestamptz NOT NULL,
  withdrawn_at       timestamptz,
  PRIMARY KEY (worker_id, id)
);
CREATE INDEX registry_claim_import ON registry_claim (import_id);

CREATE TABLE registry_conflict (
  worker_id          bigint      NOT NULL,
  kind               text        NOT NULL,
  about              bigint      NOT NULL,
  task               boolean     NOT NULL,
  ruling_id          bigint      NOT NULL,
  found_at           timestamptz NOT NULL,
  PRIMARY KEY (worker_id, kind, about)
);

CREATE TABLE registry_consent (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  kind               text        NOT NULL,
  given              boolean     NOT NULL,
  said_at            timestamptz NOT NULL,
  PRIMARY KEY (worker_id, id),
  CHECK ((kind = ANY (ARRAY['bank_account', 'photo', 'public_display'])))
);

CREATE TABLE registry_duplicate (
  worker_id          bigint      NOT NULL,
  other_id           bigint      NOT NULL,
  keep_id            bigint      NOT NULL,
  grade              bigint      NOT NULL,
  evidence           text        NOT NULL,
  places             text        NOT NULL,
  state              text        NOT NULL,
  found_at           timestamptz NOT NULL,
  decided_at         timestamptz,
  decided_by         bigint      NOT NULL,
  reason             text        NOT NULL,
  version            bigint      NOT NULL,
  PRIMARY KEY (worker_id, other_id)
);
CREATE INDEX registry_duplicate_other ON registry_duplicate (other_id);
CREATE INDEX registry_duplicate_state ON registry_duplicate (state, grade, worker_id);

CREATE TABLE registry_employment (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  employer_id        bigint      NOT NULL,
  as_of              date        NOT NULL,
  started_on         date,
  left_on            date,
  post               bigint      NOT NULL,
  occupation         bigint      NOT NULL,
  member             boolean     NOT NULL,
  main               boolean     NOT NULL,
  sex                bigint      NOT NULL,
  birth_month        bigint      NOT NULL,
  import_id          bigint      NOT NULL,
  line               bigint      NOT NULL,
  recorded_at        timestamptz NOT NULL,
  withdrawn_at       timestamptz,
  phone_sealed       bytea,
  sender             bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (worker_id, id)
);
CREATE INDEX registry_employment_employer ON registry_employment (employer_id);
CREATE INDEX registry_employment_import ON registry_employment (import_id);

CREATE TABLE registry_identity (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  sex                bigint      NOT NULL,
  birth_month        bigint      NOT NULL,
  reason             text        NOT NULL,
  recorded_at        timestamptz NOT NULL,
  recorded_by        bigint      NOT NULL,
  withdrawn_at       timestamptz,
  PRIMARY KEY (worker_id, id)
);

CREATE TABLE registry_leaver (
  worker_id          bigint      NOT NULL,
  import_id          bigint      NOT NULL,
  employer_id        bigint      NOT NULL,
  as_of              date        NOT NULL,
  state              text        NOT NULL,
  decided_at         timestamptz,
  decided_by         bigint      NOT NULL,
  PRIMARY KEY (worker_id, import_id)
);
CREATE INDEX registry_leaver_import ON registry_leaver (import_id);

CREATE TABLE registry_login (
  worker_id          bigint      NOT NULL,
  user_id            bigint      NOT NULL,
  made_at            timestamptz NOT NULL,
  PRIMARY KEY (worker_id)
);
CREATE INDEX registry_login_user ON registry_login (user_id);

CREATE TABLE registry_notice (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  notice             text        NOT NULL,
  accepted_at        timestamptz NOT NULL,
  PRIMARY KEY (worker_id, id)
);

CREATE TABLE registry_notice_text (
  notice             text        NOT NULL,
  text               text        NOT NULL,
  first_at           timestamptz NOT NULL,
  PRIMARY KEY (notice)
);

CREATE TABLE registry_number (
  number_index       bytea       NOT NULL,
  worker_id          bigint      NOT NULL,
  PRIMARY KEY (number_index)
);

CREATE TABLE registry_request (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  kind               text        NOT NULL,
  received_on        date        NOT NULL,
  due_on             date        NOT NULL,
  state              text        NOT NULL,
  text_sealed        bytea       NOT NULL,
  answer_sealed      bytea       NOT NULL,
  registered_at      timestamptz NOT NULL,
  registered_by      bigint      NOT NULL,
  copied_at          timestamptz,
  decided_at         timestamptz,
  decided_by         bigint      NOT NULL,
  import_id          bigint      NOT NULL,
  PRIMARY KEY (worker_id, id),
  CHECK ((kind = ANY (ARRAY['copy', 'correct', 'erase', 'opinion']))),
  CHECK ((state = ANY (ARRAY['open', 'done', 'refused'])))
);
CREATE INDEX registry_request_due ON registry_request (due_on) WHERE state = 'open';
CREATE UNIQUE INDEX registry_request_open ON registry_request (worker_id, kind) WHERE state = 'open' AND kind <> 'opinion';

CREATE TABLE registry_revocation (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  number_index       bytea       NOT NULL,
  revoked_on         date        NOT NULL,
  reason             text        NOT NULL,
  recorded_at        timestamptz NOT NULL,
  recorded_by        bigint      NOT NULL,
  withdrawn_at       timestamptz,
  withdrawn_by       bigint      NOT NULL,
  PRIMARY KEY (worker_id, id)
);

CREATE TABLE registry_roll_change (
  number             bigint      NOT NULL,
  first_id           bigint      NOT NULL,
  last_id            bigint      NOT NULL,
  PRIMARY KEY (number, first_id)
);

CREATE TABLE registry_roll_head (
  id                 bigint      NOT NULL,
  number             bigint      NOT NULL,
  PRIMARY KEY (id),
  CHECK (id = 1)
);

CREATE TABLE registry_ruling (
  worker_id          bigint      NOT NULL,
  id                 bigint      NOT NULL,
  kind               text        NOT NULL,
  kept_id            bigint      NOT NULL,
  reason             text        NOT NULL,
  recorded_at        timestamptz NOT NULL,
  recorded_by        bigint      NOT NULL,
  withdrawn_at       timestamptz,
  withdrawn_by       bigint      NOT NULL,
  PRIMARY KEY (worker_id, id)
);

CREATE TABLE registry_slip (
  worker_id          bigint      NOT NULL,
  code_hash          bytea       NOT NULL,
  made_at            timestamptz NOT NULL,
  made_by            bigint      NOT NULL,
  expires_at         timestamptz NOT NULL,
  failed             bigint      NOT NULL,
  version            bigint      NOT NULL,
  PRIMARY KEY (worker_id)
);
CREATE INDEX registry_slip_code ON registry_slip (code_hash);

CREATE TABLE registry_statistic (
  id                 bigint      NOT NULL,
  series_id          bigint      NOT NULL,
  indicator          text        NOT NULL,
  district           bigint      NOT NULL,
  as_of              date        NOT NULL,
  value              bigint      NOT NULL,
  source             text        NOT NULL,
  import_id          bigint      NOT NULL,
  line               bigint      NOT NULL,
  recorded_at        timestamptz NOT NULL,
  withdrawn_at       timestamptz,
  PRIMARY KEY (id)
);
CREATE INDEX registry_statistic_import ON registry_statistic (import_id);
CREATE INDEX registry_statistic_series ON registry_statistic (indicator, district);

CREATE TABLE registry_worker (
  worker_id          bigint      NOT NULL,
  wrapped_key        bytea       NOT NULL,
  name               text        NOT NULL,
  name_fold          text        NOT NULL,
  pinyin_fold        text        NOT NULL,
  initials_fold      text        NOT NULL,
  id_kind            text        NOT NULL,
  id_sealed          bytea       NOT NULL,
  phone_sealed       bytea,
  sex                bigint      NOT NULL,
  birth_month        bigint      NOT NULL,
  unit_id            bigint      NOT NULL,
  employer_id        bigint      NOT NULL,
  district           bigint      NOT NULL,
  rank               bigint      NOT NULL,
  rank_ever          bigint      NOT NULL,
  worker_class       bigint      NOT NULL,
  created_at         timestamptz NOT NULL,
  version            bigint      NOT NULL,
  survivor_id        bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (worker_id)
);
CREATE INDEX registry_worker_unit ON registry_worker (unit_id, worker_id);
