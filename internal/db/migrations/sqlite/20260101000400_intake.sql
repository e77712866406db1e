-- Received spreadsheets, what is staged of them, what was wrong with them, and the cells of the rows that
-- were applied. In clear stand ids, counts and states; whatever a file says is sealed.
-- +goose Up
CREATE TABLE intake_import (
  id             INTEGER PRIMARY KEY,
  version        INTEGER NOT NULL,
  kind           TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  name           TEXT    NOT NULL,
  sha256         TEXT    NOT NULL,
  size           INTEGER NOT NULL,
  stored_name    TEXT    NOT NULL,
  stored_key     BLOB    NOT NULL,
  wrapped_key    BLOB    NOT NULL,
  as_of          TEXT    NOT NULL,
  is_full        INTEGER NOT NULL,
  unit_id        INTEGER NOT NULL,
  unit_code      TEXT    NOT NULL,
  confirm_absent INTEGER NOT NULL,
  by_user        INTEGER NOT NULL,
  received_at    TEXT    NOT NULL,
  columns        TEXT    NOT NULL,
  rows_read      INTEGER NOT NULL,
  accepted       INTEGER NOT NULL,
  mended         INTEGER NOT NULL,
  refused        INTEGER NOT NULL,
  duplicate      INTEGER NOT NULL,
  skipped        INTEGER NOT NULL,
  applied        INTEGER NOT NULL,
  proposed       INTEGER NOT NULL,
  standing       INTEGER NOT NULL,
  tried          INTEGER NOT NULL,
  earlier_id     INTEGER NOT NULL,
  block          INTEGER NOT NULL,
  undo_block     INTEGER NOT NULL,
  details        BLOB    NOT NULL
) STRICT;
CREATE INDEX intake_import_same ON intake_import (sha256, kind);
CREATE INDEX intake_import_unit ON intake_import (unit_id, id);

-- Accepted rows on their way, in packed batches sealed under the file's own key.
CREATE TABLE intake_stage (
  import_id INTEGER NOT NULL,
  batch     INTEGER NOT NULL,
  rows      INTEGER NOT NULL,
  sealed    BLOB    NOT NULL,
  PRIMARY KEY (import_id, batch)
) STRICT;

-- Rows with remarks, for the problem list and the reject workbook, sealed the same way.
CREATE TABLE intake_problem_batch (
  import_id INTEGER NOT NULL,
  batch     INTEGER NOT NULL,
  rows      INTEGER NOT NULL,
  sealed    BLOB    NOT NULL,
  PRIMARY KEY (import_id, batch)
) STRICT;

-- The cells of applied rows as read and as taken, each row sealed under the key of the person it is
-- about; worker 0: about nobody, sealed under the file's own key. Some hundred rows lie together: heads
-- says of each, in 16 bytes, worker, line and length; sealed holds them one after the other.
CREATE TABLE intake_row_batch (
  import_id  INTEGER NOT NULL,
  batch      INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  last_line  INTEGER NOT NULL,
  heads      BLOB    NOT NULL,
  sealed     BLOB    NOT NULL,
  PRIMARY KEY (import_id, batch)
) STRICT;
