-- Conflicts between sources (矛盾). registry_claim keeps what a list said of a person that its rows cannot hold,
-- because the row was refused or the field is not theirs: another name, another sex than the number's, a level.
-- registry_ruling keeps a person's decision which statement holds, with the reason; it is never changed, only
-- withdrawn. registry_conflict is what follows from all statements: it is written when a person's timeline is
-- settled, so that a list of conflicts need not read everybody's rows.
-- +goose Up
CREATE TABLE registry_claim (
  worker_id    bigint NOT NULL,
  id           bigint NOT NULL,
  field        text NOT NULL,
  value        text NOT NULL,
  as_of        date NOT NULL,
  import_id    bigint NOT NULL,
  line         bigint NOT NULL,
  sender       bigint NOT NULL,
  recorded_at  timestamptz NOT NULL,
  withdrawn_at timestamptz,
  PRIMARY KEY (worker_id, id)
);
CREATE INDEX registry_claim_import ON registry_claim (import_id);
CREATE TABLE registry_ruling (
  worker_id    bigint NOT NULL,
  id           bigint NOT NULL,
  kind         text NOT NULL,
  kept_id      bigint NOT NULL,
  reason       text NOT NULL,
  recorded_at  timestamptz NOT NULL,
  recorded_by  bigint NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by bigint NOT NULL,
  PRIMARY KEY (worker_id, id)
);
CREATE TABLE registry_conflict (
  worker_id bigint NOT NULL,
  kind      text NOT NULL,
  about     bigint NOT NULL,
  task      boolean NOT NULL,
  ruling_id bigint NOT NULL,
  found_at  timestamptz NOT NULL,
  PRIMARY KEY (worker_id, kind, about)
);
