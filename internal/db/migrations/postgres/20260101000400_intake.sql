-- Received spreadsheets, what is staged of them, what was wrong with them, and the cells of the rows that
-- were applied. In clear stand ids, counts and states; whatever a file says is sealed.
-- +goose Up
CREATE TABLE intake_import (
  id             bigint PRIMARY KEY,
  version        bigint NOT NULL,
  kind           text    NOT NULL,
  state          text    NOT NULL,
  name           text    NOT NULL,
  sha256         text    NOT NULL,
  size           bigint NOT NULL,
  stored_name    text    NOT NULL,
  stored_key     bytea    NOT NULL,
  wrapped_key    bytea    NOT NULL,
  as_of          date    NOT NULL,
  is_full        boolean NOT NULL,
  unit_id        bigint NOT NULL,
  unit_code      text    NOT NULL,
  confirm_absent bigint NOT NULL,
  by_user        bigint NOT NULL,
  received_at    timestamptz    NOT NULL,
  columns        text    NOT NULL,
  rows_read      bigint NOT NULL,
  accepted       bigint NOT NULL,
  mended         bigint NOT NULL,
  refused        bigint NOT NULL,
  duplicate      bigint NOT NULL,
  skipped        bigint NOT NULL,
  applied        bigint NOT NULL,
  proposed       bigint NOT NULL,
  standing       bigint NOT NULL,
  tried          boolean NOT NULL,
  earlier_id     bigint NOT NULL,
  block          bigint NOT NULL,
  undo_block     bigint NOT NULL,
  details        bytea    NOT NULL
);
CREATE INDEX intake_import_same ON intake_import (sha256, kind);
CREATE INDEX intake_import_unit ON intake_import (unit_id, id);

-- Accepted rows on their way, in packed batches sealed under the file's own key.
CREATE TABLE intake_stage (
  import_id bigint NOT NULL,
  batch     bigint NOT NULL,
  rows      bigint NOT NULL,
  sealed     bytea    NOT NULL,
  PRIMARY KEY (import_id, batch)
);

-- Rows with remarks, for the problem list and the reject workbook, sealed the same way.
CREATE TABLE intake_problem_batch (
  import_id bigint NOT NULL,
  batch     bigint NOT NULL,
  rows      bigint NOT NULL,
  sealed     bytea    NOT NULL,
  PRIMARY KEY (import_id, batch)
);

-- The cells of applied rows as read and as taken, each row sealed under the key of the person it is
-- about; worker 0: about nobody, sealed under the file's own key. Some hundred rows lie together: heads
-- says of each, in 16 bytes, worker, line and length; sealed holds them one after the other.
CREATE TABLE intake_row_batch (
  import_id  bigint NOT NULL,
  batch      bigint NOT NULL,
  first_line bigint NOT NULL,
  last_line  bigint NOT NULL,
  heads      bytea  NOT NULL,
  sealed     bytea  NOT NULL,
  PRIMARY KEY (import_id, batch)
);
