-- Returns (报送): what is asked of whom by when, and where each unit stands with it. A unit is asked for the
-- same sheet as of the same day once, whoever asks, so the key of unit, kind and day is unique. filing_head is
-- taken by whoever asks and by whoever applies an import, so that a file that goes in while it is asked for is
-- seen by one of the two.
-- +goose Up
CREATE TABLE filing_head (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  version  INTEGER NOT NULL
) STRICT;
INSERT INTO filing_head (id, version) VALUES (1, 0);

CREATE TABLE filing_call (
  call_id     INTEGER PRIMARY KEY,
  title       TEXT    NOT NULL,
  note        TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  as_of_on    TEXT    NOT NULL,
  due_on      TEXT    NOT NULL,
  by_unit     INTEGER NOT NULL,
  by_user     INTEGER NOT NULL,
  created_at  TEXT    NOT NULL
) STRICT;

CREATE TABLE filing_unit (
  filing_id     INTEGER PRIMARY KEY,
  version       INTEGER NOT NULL,
  call_id       INTEGER NOT NULL REFERENCES filing_call (call_id),
  unit_id       INTEGER NOT NULL,
  kind          TEXT    NOT NULL,
  as_of_on      TEXT    NOT NULL,
  state         TEXT    NOT NULL CHECK (state IN ('unsent', 'sent', 'returned', 'confirmed')),
  was_returned  INTEGER NOT NULL,
  due_on        TEXT    NOT NULL,
  import_id     INTEGER NOT NULL,
  sent_at       TEXT,
  filled_in     INTEGER NOT NULL,
  reason        TEXT    NOT NULL,
  asked_on      TEXT,
  asked_reason  TEXT    NOT NULL,
  UNIQUE (unit_id, kind, as_of_on)
) STRICT;
CREATE INDEX filing_unit_call ON filing_unit (call_id, state);

-- What happened to a filing, readable by both sides. Nothing of it is ever changed.
CREATE TABLE filing_event (
  filing_id  INTEGER NOT NULL REFERENCES filing_unit (filing_id),
  id         INTEGER NOT NULL,
  at         TEXT    NOT NULL,
  by_user    INTEGER NOT NULL,
  act        TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  day_on     TEXT,
  import_id  INTEGER NOT NULL,
  PRIMARY KEY (filing_id, id)
) STRICT;
