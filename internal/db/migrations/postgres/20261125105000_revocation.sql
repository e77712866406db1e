-- Revocations of certificates (撤销) that a person entered, with the reason: a list of the issuing body
-- states its own in registry_certificate. A row is never changed, only withdrawn, so that a revocation
-- can be taken back. number_index ties it to all rows about that certificate, also to later ones.
-- +goose Up
CREATE TABLE registry_revocation (
  worker_id    bigint NOT NULL,
  id           bigint NOT NULL,
  number_index bytea NOT NULL,
  revoked_on   date NOT NULL,
  reason       text NOT NULL,
  recorded_at  timestamptz NOT NULL,
  recorded_by  bigint NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by bigint NOT NULL,
  PRIMARY KEY (worker_id, id)
);
