-- The ledger of signed facts: sealed blocks in pieces, and the queryable copy of their facts.
-- Nothing here is ever updated but the one head row, which names the end of the chain.
-- +goose Up
CREATE TABLE ledger_head (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  number  INTEGER NOT NULL,
  hash    BLOB    NOT NULL
) STRICT;
INSERT INTO ledger_head (id, number, hash) VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE ledger_block (
  number       INTEGER PRIMARY KEY,
  recorded_at  TEXT    NOT NULL,
  recorded_by  INTEGER NOT NULL,
  facts        INTEGER NOT NULL,
  pieces       INTEGER NOT NULL,
  sums         BLOB    NOT NULL,
  hash_before  BLOB    NOT NULL,
  hash         BLOB    NOT NULL
) STRICT;

CREATE TABLE ledger_piece (
  block   INTEGER NOT NULL,
  piece   INTEGER NOT NULL,
  facts   INTEGER NOT NULL,
  packed  BLOB    NOT NULL,
  PRIMARY KEY (block, piece)
) STRICT;

CREATE TABLE ledger_fact (
  worker_id         INTEGER NOT NULL,
  block             INTEGER NOT NULL,
  position          INTEGER NOT NULL,
  kind              INTEGER NOT NULL,
  attr              TEXT    NOT NULL,
  quantity          INTEGER NOT NULL,
  amount_fen        INTEGER NOT NULL,
  cause             INTEGER NOT NULL,
  entry             INTEGER NOT NULL,
  occurred_on       TEXT    NOT NULL,
  employer_id       INTEGER NOT NULL,
  using_id          INTEGER NOT NULL,
  union_id          INTEGER NOT NULL,
  district          INTEGER NOT NULL,
  industry          INTEGER NOT NULL,
  ownership         INTEGER NOT NULL,
  size              INTEGER NOT NULL,
  occupation        INTEGER NOT NULL,
  rank              INTEGER NOT NULL,
  rank_ever         INTEGER NOT NULL,
  sex               INTEGER NOT NULL,
  birth_month       INTEGER NOT NULL,
  member            INTEGER NOT NULL,
  worker_class      INTEGER NOT NULL,
  subject_id        INTEGER NOT NULL,
  import_id         INTEGER NOT NULL,
  line              INTEGER NOT NULL,
  reverses_block    INTEGER NOT NULL,
  reverses_position INTEGER NOT NULL,
  PRIMARY KEY (worker_id, block, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_fact_place ON ledger_fact (block, position);
-- Things that are not people are found by their subject.
CREATE INDEX ledger_fact_subject ON ledger_fact (kind, subject_id) WHERE worker_id = 0;
