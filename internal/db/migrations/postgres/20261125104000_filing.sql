-- Returns (报送): what is asked of whom by when, and where each unit stands with it. A unit is asked for the
-- same sheet as of the same day once, whoever asks, so the key of unit, kind and day is unique. filing_head is
-- taken by whoever asks and by whoever applies an import, so that a file that goes in while it is asked for is
-- seen by one of the two.
-- +goose Up
CREATE TABLE filing_head (
  id       bigint PRIMARY KEY CHECK (id = 1),
  version  bigint NOT NULL
);
INSERT INTO filing_head (id, version) VALUES (1, 0);

CREATE TABLE filing_call (
  call_id     bigint PRIMARY KEY,
  title       text    NOT NULL,
  note        text    NOT NULL,
  kind        text    NOT NULL,
  as_of_on    date    NOT NULL,
  due_on      date    NOT NULL,
  by_unit     bigint NOT NULL,
  by_user     bigint NOT NULL,
  created_at  timestamptz    NOT NULL
);

CREATE TABLE filing_unit (
  filing_id     bigint PRIMARY KEY,
  version       bigint NOT NULL,
  call_id       bigint NOT NULL REFERENCES filing_call (call_id),
  unit_id       bigint NOT NULL,
  kind          text    NOT NULL,
  as_of_on      date    NOT NULL,
  state         text    NOT NULL CHECK (state IN ('unsent', 'sent', 'returned', 'confirmed')),
  was_returned  boolean NOT NULL,
  due_on        date    NOT NULL,
  import_id     bigint NOT NULL,
  sent_at       timestamptz,
  filled_in     boolean NOT NULL,
  reason        text    NOT NULL,
  asked_on      date,
  asked_reason  text    NOT NULL,
  UNIQUE (unit_id, kind, as_of_on)
);
CREATE INDEX filing_unit_call ON filing_unit (call_id, state);

-- What happened to a filing, readable by both sides. Nothing of it is ever changed.
CREATE TABLE filing_event (
  filing_id  bigint NOT NULL REFERENCES filing_unit (filing_id),
  id         bigint NOT NULL,
  at         timestamptz    NOT NULL,
  by_user    bigint NOT NULL,
  act        text    NOT NULL,
  reason     text    NOT NULL,
  day_on     date,
  import_id  bigint NOT NULL,
  PRIMARY KEY (filing_id, id)
);
