-- What people said of the columns of sheets with headings that nobody knows (列对应), remembered for the unit that sends
-- them and used when these headings come again from there. In clear stand ids, kind and day; the headings are words of
-- somebody's file and lie sealed under a key of the mapping's own. They are found by a blind index.
-- +goose Up
CREATE TABLE intake_mapping (
  id          bigint      PRIMARY KEY,
  unit_id     bigint      NOT NULL,
  kind        text        NOT NULL,
  headings    bytea       NOT NULL,
  wrapped_key bytea       NOT NULL,
  details     bytea       NOT NULL,
  made_at     timestamptz NOT NULL,
  made_by     bigint      NOT NULL
);
CREATE UNIQUE INDEX intake_mapping_headings ON intake_mapping (unit_id, kind, headings);
