-- What people said of the columns of sheets with headings that nobody knows (列对应), remembered for the unit that sends
-- them and used when these headings come again from there. In clear stand ids, kind and day; the headings are words of
-- somebody's file and lie sealed under a key of the mapping's own. They are found by a blind index.
-- +goose Up
CREATE TABLE intake_mapping (
  id          INTEGER PRIMARY KEY,
  unit_id     INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  headings    BLOB    NOT NULL,
  wrapped_key BLOB    NOT NULL,
  details     BLOB    NOT NULL,
  made_at     TEXT    NOT NULL,
  made_by     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX intake_mapping_headings ON intake_mapping (unit_id, kind, headings);
