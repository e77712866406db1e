-- The ledger of signed facts: sealed blocks in pieces, and the queryable copy of their facts.
-- Nothing here is ever updated but the one head row, which names the end of the chain.
-- +goose Up
CREATE TABLE ledger_head (
  id      bigint PRIMARY KEY CHECK (id = 1),
  number  bigint NOT NULL,
  hash    bytea    NOT NULL
);
INSERT INTO ledger_head (id, number, hash) VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE ledger_block (
  number       bigint PRIMARY KEY,
  recorded_at  timestamptz NOT NULL,
  recorded_by  bigint NOT NULL,
  facts        bigint NOT NULL,
  pieces       bigint NOT NULL,
  sums         bytea    NOT NULL,
  hash_before  bytea    NOT NULL,
  hash         bytea    NOT NULL
);

CREATE TABLE ledger_piece (
  block   bigint NOT NULL,
  piece   bigint NOT NULL,
  facts   bigint NOT NULL,
  packed  bytea    NOT NULL,
  PRIMARY KEY (block, piece)
);

CREATE TABLE ledger_fact (
  worker_id         bigint NOT NULL,
  block             bigint NOT NULL,
  position          bigint NOT NULL,
  kind              bigint NOT NULL,
  attr              text    NOT NULL,
  quantity          bigint NOT NULL,
  amount_fen        bigint NOT NULL,
  cause             bigint NOT NULL,
  entry             bigint NOT NULL,
  occurred_on       date NOT NULL,
  employer_id       bigint NOT NULL,
  using_id          bigint NOT NULL,
  union_id          bigint NOT NULL,
  district          bigint NOT NULL,
  industry          bigint NOT NULL,
  ownership         bigint NOT NULL,
  size              bigint NOT NULL,
  occupation        bigint NOT NULL,
  rank              bigint NOT NULL,
  rank_ever         bigint NOT NULL,
  sex               bigint NOT NULL,
  birth_month       bigint NOT NULL,
  member            bigint NOT NULL,
  worker_class      bigint NOT NULL,
  subject_id        bigint NOT NULL,
  import_id         bigint NOT NULL,
  line              bigint NOT NULL,
  reverses_block    bigint NOT NULL,
  reverses_position bigint NOT NULL,
  PRIMARY KEY (worker_id, block, position)
);
CREATE INDEX ledger_fact_place ON ledger_fact (block, position);
-- Things that are not people are found by their subject.
CREATE INDEX ledger_fact_subject ON ledger_fact (kind, subject_id) WHERE worker_id = 0;
